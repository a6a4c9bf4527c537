import type { ReactNode } from 'react';
import { Link } from '../app/link.tsx';
import { Icon } from './icon.tsx';
import styles from './layout.module.css';

/** The way back to the list that something was opened from. */
export function BackLink({ href, children }: { readonly href: string; readonly children: ReactNode }) {
  return (
    <Link href={href} className={styles.back}>
      <Icon name="left" size={14} /> {children}
    </Link>
  );
}

interface TabsProps {
  readonly label: string;
  readonly tabs: readonly { readonly href: string; readonly name: string; readonly here: boolean }[];
}

/** The parts of a screen, each at an address of its own. */
export function Tabs({ label, tabs }: TabsProps) {
  return (
    <nav className={styles.tabs} aria-label={label}>
      {tabs.map(({ href, name, here }) => (
        <Link key={href} href={href} aria-current={here ? 'page' : undefined}>
          {name}
        </Link>
      ))}
    </nav>
  );
}

/** What something is at the one side, what goes on with it at the other; below each other in a narrow window. */
export function TwoColumns({ left, right }: { readonly left: ReactNode; readonly right: ReactNode }) {
  return (
    <div className={styles.columns}>
      <div className={styles.column}>{left}</div>
      <div className={styles.column}>{right}</div>
    </div>
  );
}

/** What a list is narrowed down by; stands above it. */
export function FilterBar({ children }: { readonly children: ReactNode }) {
  return <div className={styles.bar}>{children}</div>;
}

/** A few small things beside each other, such as a tag and an id. */
export function Line({ children }: { readonly children: ReactNode }) {
  return <div className={styles.line}>{children}</div>;
}

/** Buttons at the end of a row. */
export function RowEnd({ children }: { readonly children: ReactNode }) {
  return <div className={styles.end}>{children}</div>;
}

/** Words that explain, less loud than what they explain. */
export function Small({ children }: { readonly children: ReactNode }) {
  return <p className={styles.small}>{children}</p>;
}
