import type { Data } from '../api/calls.ts';
import { useData } from '../api/hooks.ts';
import { CsvButton } from '../parts/csv-button.tsx';
import { Moment } from '../parts/moment.tsx';
import { Empty, type Fact, Facts, Figure, Figures, PageHead, Panel } from '../parts/panel.tsx';
import { Plot } from '../parts/plot.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { ShareTable } from '../parts/share-table.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { useFormats } from '../words/formats.ts';
import { useWords } from '../words/language.tsx';
import { usePassTerms } from '../words/pass-terms.ts';
import { byHour, byVenue, hours, type Venue } from './by-venue.ts';
import styles from './today.module.css';
import { todayWords } from './words.ts';

export type TodayReport = Data<'GET /v2/reports/today'>;

/** What goes on today: who comes, who is refused and why, and whether the partners hear of it. */
export default function Today() {
  const t = useWords(todayWords);
  const { time } = useFormats();
  const { data: report, error, refetch } = useData('GET /v2/reports/today', {}, { every: 15_000 });
  return (
    <>
      <PageHead title={t('today')} note={report && t('updated', { time: time(report.now) })}>
        <CsvButton title={t('today')} name="GET /v2/reports/today.csv" input={{}} fileName="today.csv" />
      </PageHead>
      {error !== null && <ProblemNote problem={error} onRetry={refetch} />}
      {report !== undefined && (
        <div className={styles.screen}>
          <Headline report={report} />
          <div className={styles.columns}>
            <Hours report={report} />
            <Reasons report={report} />
          </div>
          <div className={styles.columns}>
            <Venues report={report} />
            <Push report={report} />
          </div>
        </div>
      )}
    </>
  );
}

function Headline({ report }: { readonly report: TodayReport }) {
  const t = useWords(todayWords);
  const { number, duration, percent } = useFormats();
  const { today, yesterday, lastWeek, push } = report;
  const versus = (figure: 'uses' | 'people') =>
    t('versus', { yesterday: yesterday[figure], lastWeek: lastWeek[figure] });
  const came = today.uses + today.refusals;
  const share = percent(came === 0 ? 0 : today.refusals / came);
  const late = push.lagSeconds > 60;
  return (
    <Figures>
      <Figure name={t('visits')} value={number(today.uses)} note={versus('uses')} />
      <Figure name={t('people')} value={number(today.people)} note={versus('people')} />
      <Figure name={t('refused')} value={number(today.refusals)} note={t('share', { share })} />
      <Figure name={t('givenBack')} value={number(today.givenBackUses)} />
      <Figure
        name={t('waiting')}
        value={number(push.waiting)}
        note={push.lagSeconds > 0 ? t('oldest', { duration: duration(push.lagSeconds) }) : t('noneWaits')}
        tone={late ? 'warn' : undefined}
      />
    </Figures>
  );
}

function Hours({ report }: { readonly report: TodayReport }) {
  const t = useWords(todayWords);
  const series = byHour(report.rows, t('others'));
  return <Plot title={t('perHour')} axis={t('hour')} marks={hours} series={series} kind="bars" total />;
}

function Reasons({ report }: { readonly report: TodayReport }) {
  const t = useWords(todayWords);
  const terms = usePassTerms();
  const shares = report.refusals.map(({ reason, count }) => ({ key: reason, name: terms.reason(reason), count }));
  return (
    <Panel title={t('reasons')} flush>
      {shares.length === 0 ? (
        <Empty title={t('noRefusals')} />
      ) : (
        <ShareTable
          caption={t('reasons')}
          shares={shares}
          heads={{ name: t('reason'), count: t('count'), share: t('portion') }}
        />
      )}
    </Panel>
  );
}

function Venues({ report }: { readonly report: TodayReport }) {
  const t = useWords(todayWords);
  const { number } = useFormats();
  const venues = byVenue(report.rows);
  const columns: readonly Column<Venue>[] = [
    { key: 'venue', title: t('venue'), cell: ({ name, iata, resourceId }) => `${name} · ${iata ?? resourceId}` },
    { key: 'visits', title: t('visits'), figures: true, cell: ({ uses }) => number(uses) },
    { key: 'people', title: t('people'), figures: true, cell: ({ people }) => number(people) },
    { key: 'refused', title: t('refused'), figures: true, cell: ({ refusals }) => number(refusals) },
  ];
  if (venues.length === 0) {
    return (
      <Panel title={t('venues')}>
        <Empty title={t('noVenues')}>{t('noVenuesText')}</Empty>
      </Panel>
    );
  }
  return (
    <Panel title={t('venues')} flush>
      <Table caption={t('venues')} columns={columns} rows={venues} rowKey={({ resourceId }) => resourceId} slim />
    </Panel>
  );
}

function Push({ report }: { readonly report: TodayReport }) {
  const t = useWords(todayWords);
  const { number } = useFormats();
  const { waiting, parked, oldestWaitingDate, pausedEndpoints } = report.push;
  const oldest = oldestWaitingDate === null ? t('never') : <Moment at={oldestWaitingDate} />;
  const facts: Fact[] = [
    { name: t('pushWaiting'), value: number(waiting) },
    { name: t('pushOldest'), value: oldest },
    { name: t('pushParked'), value: number(parked) },
    { name: t('pushPaused'), value: number(pausedEndpoints) },
  ];
  return (
    <Panel title={t('push')}>
      {waiting + parked + pausedEndpoints === 0 ? <p>{t('pushFine')}</p> : <Facts facts={facts} />}
    </Panel>
  );
}
