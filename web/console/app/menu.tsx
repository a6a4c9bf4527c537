import { Icon } from '../parts/icon.tsx';
import { useLanguage, useWords } from '../words/language.tsx';
import { shellWords } from '../words/shell-words.ts';
import { Link } from './link.tsx';
import type { Programme } from './programmes.tsx';
import { addressFor, usePlace } from './route.ts';
import { screens } from './screens.ts';
import { useMay } from './session.tsx';
import styles from './shell.module.css';

const groups = ['groupDay', 'groupSetUp', 'groupAccounts'] as const;

interface MenuProps {
  /** Whether it is open; in a wide window it always is. */
  readonly open: boolean;
  readonly programme: Programme | undefined;
}

/** The screens that the reader may see, by group. */
export function Menu({ open, programme }: MenuProps) {
  const t = useWords(shellWords);
  const { language } = useLanguage();
  const { screen } = usePlace();
  const may = useMay();
  return (
    <nav className={styles.menu} id="menu" data-open={open} aria-label={t('mainMenu')}>
      <div className={styles.items}>
        {programme !== undefined &&
          groups.map((group) => {
            const items = screens.filter((item) => item.group === group && may(item.role));
            return items.length === 0 ? null : (
              <div key={group}>
                <p className={styles.group}>{t(group)}</p>
                <ul>
                  {items.map(({ path, title, icon }) => (
                    <li key={path}>
                      <Link
                        className={styles.item}
                        href={addressFor(programme.programId, path)}
                        aria-current={screen === path ? 'page' : undefined}
                      >
                        <Icon name={icon} size={17} />
                        {title[language]}
                      </Link>
                    </li>
                  ))}
                </ul>
              </div>
            );
          })}
        <a className={styles.reference} href="/docs">
          {t('reference')}
        </a>
      </div>
    </nav>
  );
}
