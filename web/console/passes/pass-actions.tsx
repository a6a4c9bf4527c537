import { Button } from '@mantine/core';
import { useChange } from '../api/hooks.ts';
import { useMay } from '../app/session.tsx';
import { useConfirm } from '../parts/confirm.tsx';
import { Icon } from '../parts/icon.tsx';
import { useWords } from '../words/language.tsx';
import type { PassOrder } from './pass-details.tsx';
import styles from './passes.module.css';
import { passesWords } from './words.ts';

interface PassActionsProps {
  readonly order: PassOrder;
  readonly onLook: () => Promise<PassOrder>;
}

/** Suspend, resume and cancel, each asked about first. A cancelled pass has none of them left. */
export function PassActions({ order, onLook }: PassActionsProps) {
  const may = useMay();
  const { ePassStatus } = order.extra;
  if (!may('operator') || ePassStatus === 3) return null;
  return (
    <div className={styles.actions}>
      {ePassStatus === 2 ? <Resume order={order} /> : <Suspend order={order} />}
      <Cancel onLook={onLook} />
    </div>
  );
}

function Suspend({ order }: { readonly order: PassOrder }) {
  const t = useWords(passesWords);
  const ask = useConfirm();
  const suspend = useChange('POST /v2/orders/ePasses/suspend');
  const { ePassId, firstName, lastName } = order.extra;
  const question = () =>
    ask({
      title: t('suspendTitle', { name: `${firstName} ${lastName}` }),
      text: <p>{t('suspendText')}</p>,
      action: t('suspend'),
      danger: true,
      reason: true,
      act: (reason) => suspend.mutateAsync({ body: { ePassId, reason } }),
      done: t('suspendDone'),
    });
  return (
    <Button variant="default" leftSection={<Icon name="pause" />} onClick={question}>
      {t('suspend')}
    </Button>
  );
}

function Resume({ order }: { readonly order: PassOrder }) {
  const t = useWords(passesWords);
  const ask = useConfirm();
  const resume = useChange('POST /v2/orders/ePasses/resume');
  const { ePassId, firstName, lastName } = order.extra;
  const question = () =>
    ask({
      title: t('resumeTitle', { name: `${firstName} ${lastName}` }),
      text: <p>{t('resumeText')}</p>,
      action: t('resume'),
      reason: true,
      act: (reason) => resume.mutateAsync({ body: { ePassId, reason } }),
      done: t('resumeDone'),
    });
  return (
    <Button variant="default" leftSection={<Icon name="play" />} onClick={question}>
      {t('resume')}
    </Button>
  );
}

function Cancel({ onLook }: Pick<PassActionsProps, 'onLook'>) {
  const t = useWords(passesWords);
  const ask = useConfirm();
  const cancel = useChange('PATCH /v2/orders');
  // It is final, so what is told must be what is lost: somebody may have come in since the page was loaded.
  const question = async () => {
    const { orderId, extra } = await onLook();
    const { firstName, lastName, availableUsages } = extra;
    ask({
      title: t('cancelTitle', { name: `${firstName} ${lastName}` }),
      text: (
        <>
          <p>{t('cancelText')}</p>
          <p>
            <strong>{t('cancelLeft', { count: availableUsages })}</strong>
          </p>
        </>
      ),
      action: t('cancelPass'),
      danger: true,
      act: () => cancel.mutateAsync({ body: { orderId, status: 3 } }),
      done: t('cancelDone'),
    });
  };
  return (
    <Button variant="outline" color="red" leftSection={<Icon name="cross" />} onClick={question}>
      {t('cancelPass')}
    </Button>
  );
}
