import { Menu } from '@mantine/core';
import { Icon } from '../parts/icon.tsx';
import { Tag } from '../parts/tag.tsx';
import { useWords } from '../words/language.tsx';
import { shellWords } from '../words/shell-words.ts';
import type { Programme } from './programmes.tsx';
import { addressFor, go, usePlace } from './route.ts';
import styles from './shell.module.css';

interface ProgrammeSwitchProps {
  readonly programmes: readonly Programme[];
  readonly programme: Programme | undefined;
}

/** Shows which programme is looked at, and leads to the same screen of another one. */
export function ProgrammeSwitch({ programmes, programme }: ProgrammeSwitchProps) {
  const t = useWords(shellWords);
  const { screen } = usePlace();
  if (programme === undefined) return null;
  return (
    <Menu position="bottom-start" width={280}>
      <Menu.Target>
        <button type="button" className={styles.programme}>
          <span className={styles.programmeName}>{programme.name}</span>
          <Kind programme={programme} />
          <Icon name="down" size={14} />
          <span className={styles.hidden}>{t('switchProgramme')}</span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('programme')}</Menu.Label>
        {programmes.map((other) => (
          <Menu.Item
            key={other.programId}
            aria-current={other === programme ? 'true' : undefined}
            rightSection={<Kind programme={other} />}
            // Only the screen goes along: what was looked at in it belongs to this programme.
            onClick={() => go(addressFor(other.programId, ...(screen === null ? [] : [screen])))}
          >
            <span className={styles.programmeItem}>
              {other.name}
              <span>{other.programId}</span>
            </span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Kind({ programme }: { readonly programme: Programme }) {
  const t = useWords(shellWords);
  return <Tag tone={programme.sandbox ? 'info' : 'good'}>{t(programme.sandbox ? 'sandbox' : 'live')}</Tag>;
}
