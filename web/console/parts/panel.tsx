import type { ReactNode } from 'react';
import styles from './panel.module.css';

/** The head of a screen: what it is, and what can be done on it. */
export function PageHead({
  title,
  note,
  children,
}: {
  readonly title: ReactNode;
  readonly note?: ReactNode;
  readonly children?: ReactNode;
}) {
  return (
    <header className={styles.head}>
      <div className={styles.words}>
        <h1>{title}</h1>
        {note !== undefined && <div className={styles.headNote}>{note}</div>}
      </div>
      {children !== undefined && <div className={styles.actions}>{children}</div>}
    </header>
  );
}

interface PanelProps {
  readonly title?: ReactNode;
  /** Stands at the end of the title's line. */
  readonly tools?: ReactNode;
  readonly children: ReactNode;
  /** Whether its content reaches the edges, as tables do. */
  readonly flush?: boolean;
}

/** A part of a screen with a title of its own. */
export function Panel({ title, tools, children, flush = false }: PanelProps) {
  return (
    <section className={styles.panel}>
      {title !== undefined && (
        <div className={styles.panelHead}>
          <h2>{title}</h2>
          {tools !== undefined && <div className={styles.tools}>{tools}</div>}
        </div>
      )}
      <div className={flush ? styles.flush : styles.body}>{children}</div>
    </section>
  );
}

interface EmptyProps {
  readonly title: string;
  readonly children?: ReactNode;
}

/** What stands where there is nothing: what would be there, and how it gets there. */
export function Empty({ title, children }: EmptyProps) {
  return (
    <div className={styles.empty}>
      <p className={styles.emptyTitle}>{title}</p>
      {children !== undefined && <div className={styles.emptyText}>{children}</div>}
    </div>
  );
}

export interface Fact {
  readonly name: string;
  readonly value: ReactNode;
}

/** Names and values, one a line. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className={styles.facts}>
      {facts.map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: ReactNode;
  readonly note?: ReactNode;
  readonly tone?: 'danger' | 'warn';
}

/** One number that matters, with its name. */
export function Figure({ name, value, note, tone }: FigureProps) {
  return (
    <div className={styles.figure} data-tone={tone}>
      <dt>{name}</dt>
      <dd>
        <span className={styles.figureValue}>{value}</span>
        {note !== undefined && <span className={styles.figureNote}>{note}</span>}
      </dd>
    </div>
  );
}

export function Figures({ children }: { readonly children: ReactNode }) {
  return <dl className={styles.figures}>{children}</dl>;
}
