import type { Data } from '../api/calls.ts';
import { useData } from '../api/hooks.ts';
import { Link } from '../app/link.tsx';
import { useProgramme } from '../app/programmes.tsx';
import { addressFor } from '../app/route.ts';
import { Code, passDigits } from '../parts/code.tsx';
import { Icon } from '../parts/icon.tsx';
import { Moment } from '../parts/moment.tsx';
import { type Fact, Facts, Panel } from '../parts/panel.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { Tag } from '../parts/tag.tsx';
import { useFormats } from '../words/formats.ts';
import { useWords } from '../words/language.tsx';
import { usePassTerms } from '../words/pass-terms.ts';
import { PassActions } from './pass-actions.tsx';
import { PassLink } from './pass-link.tsx';
import styles from './passes.module.css';
import { Tester } from './tester.tsx';
import { Timeline } from './timeline.tsx';
import { passesWords } from './words.ts';

export type PassOrder = Data<'POST /v2/orders/ePasses/search'>;

/** Everything about one pass: what it is, what happened to it, what can be done. */
export function PassDetails({ passId }: { readonly passId: string }) {
  const t = useWords(passesWords);
  const { programId } = useProgramme();
  const { data: order, error, refetch } = useData('POST /v2/orders/ePasses/search', { body: { ePassId: passId } });
  return (
    <>
      <Link href={addressFor(programId, 'passes')} className={styles.back}>
        <Icon name="left" size={14} /> {t('passes')}
      </Link>
      {order === undefined && error !== null && <ProblemNote problem={error} onRetry={refetch} />}
      {order !== undefined && <Details order={order} onLook={async () => (await refetch()).data ?? order} />}
    </>
  );
}

interface DetailsProps {
  readonly order: PassOrder;
  /** Looks at the pass again, for whoever is about to decide something by it. */
  readonly onLook: () => Promise<PassOrder>;
}

function Details({ order, onLook }: DetailsProps) {
  const t = useWords(passesWords);
  const terms = usePassTerms();
  const { extra } = order;
  const { word, tone } = terms.state(extra);
  return (
    <>
      <header className={styles.head}>
        <div className={styles.headWords}>
          <h1>
            {extra.firstName} {extra.lastName}
          </h1>
          <div className={styles.headLine}>
            <Tag tone={tone}>{word}</Tag>
            <Code value={extra.ePassId} shown={passDigits(extra.ePassId)} />
            <span>{terms.module(order.module)}</span>
          </div>
        </div>
        <PassActions order={order} onLook={onLook} />
      </header>
      <div className={styles.columns}>
        <div className={styles.column}>
          <Usages order={order} />
          <Panel title={t('aboutPass')}>
            <Facts facts={useFacts(order)} />
          </Panel>
          <PassLink passId={extra.ePassId} />
        </div>
        <div className={styles.column}>
          <Tester order={order} />
          <Timeline passId={extra.ePassId} />
        </div>
      </div>
    </>
  );
}

function Usages({ order }: { readonly order: PassOrder }) {
  const t = useWords(passesWords);
  const { number } = useFormats();
  const { availableUsages: left, usedUsages: used } = order.extra;
  return (
    <Panel title={t('usages')}>
      <p className={styles.left}>
        <strong>{number(left)}</strong> {t('leftWord', { count: left })}
      </p>
      <meter className={styles.meter} min={0} max={left + used} value={left} aria-label={t('left')}>
        {left}
      </meter>
      <p className={styles.small}>{t('usedOfGranted', { used, granted: left + used })}</p>
    </Panel>
  );
}

function useFacts(order: PassOrder): readonly Fact[] {
  const t = useWords(passesWords);
  const terms = usePassTerms();
  const { country } = useFormats();
  const { extra } = order;
  const { iata, countryOrRegion, resourceIds } = extra.allowedResources;
  const places = iata?.join(', ') ?? countryOrRegion?.map(country).join(', ') ?? resourceIds?.join(', ') ?? '';
  const facts: (Fact | null)[] = [
    { name: t('validFrom'), value: <Moment at={extra.activationDate} /> },
    { name: t('validUntil'), value: <Moment at={extra.expirationDate} /> },
    { name: t('worksAt'), value: places === '' ? terms.places(extra.allowedResources) : places },
    extra.allowedModules === undefined
      ? null
      : { name: t('worksFor'), value: extra.allowedModules.map(terms.module).join(', ') },
    { name: t('userId'), value: <Code value={order.clientUserId} /> },
    { name: t('order'), value: <Code value={order.orderId} /> },
    { name: t('issued'), value: <Moment at={order.orderCreatedDate} /> },
    order.usageDate === null ? null : { name: t('lastVisit'), value: <Moment at={order.usageDate} /> },
    order.orderCancelledDate === null
      ? null
      : { name: t('cancelledOn'), value: <Moment at={order.orderCancelledDate} /> },
  ];
  return facts.filter((fact) => fact !== null);
}
