import { type ComponentType, useEffect, useRef } from 'react';
import { Link } from '../app/link.tsx';
import { useProgramme } from '../app/programmes.tsx';
import { addressFor, usePlace } from '../app/route.ts';
import { PageHead } from '../parts/panel.tsx';
import { useWords } from '../words/language.tsx';
import { Expiring } from './expiring.tsx';
import { Liability } from './liability.tsx';
import { Refusals } from './refusals.tsx';
import styles from './reports.module.css';
import { Settlement } from './settlement.tsx';
import { Usage } from './usage.tsx';
import { reportsWords } from './words.ts';

/** Every report: its part of the address, its name and note, and what shows it. */
const reports = [
  { path: 'usage', word: 'usage', note: 'usageNote', Report: Usage },
  { path: 'liability', word: 'liability', note: 'liabilityNote', Report: Liability },
  { path: 'expiring', word: 'expiring', note: 'expiringNote', Report: Expiring },
  { path: 'refusals', word: 'refusals', note: 'refusalsNote', Report: Refusals },
  { path: 'settlement', word: 'settlement', note: 'settlementNote', Report: Settlement },
] as const satisfies readonly {
  readonly path: string;
  readonly Report: ComponentType;
  readonly [key: string]: unknown;
}[];

/** Reports: each has an address of its own, and its range stands in the query. */
export default function Reports() {
  const t = useWords(reportsWords);
  const { programId } = useProgramme();
  const { rest } = usePlace();
  const tabs = useRef<HTMLElement>(null);
  const { path, note, Report } = reports.find((report) => report.path === rest[0]) ?? reports[0];
  // biome-ignore lint/correctness/useExhaustiveDependencies: another report is another tab to bring into view
  useEffect(() => {
    tabs.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [path]);
  return (
    <>
      <PageHead title={t('reports')} note={t(note)} />
      <nav className={styles.tabs} ref={tabs} aria-label={t('reports')}>
        {reports.map((report) => (
          <Link
            key={report.path}
            href={addressFor(programId, 'reports', report.path)}
            aria-current={report.path === path ? 'page' : undefined}
          >
            {t(report.word)}
          </Link>
        ))}
      </nav>
      <div className={styles.report}>
        <Report />
      </div>
    </>
  );
}
