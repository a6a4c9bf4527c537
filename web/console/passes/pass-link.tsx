import { Button } from '@mantine/core';
import { useState } from 'react';
import { useChange } from '../api/hooks.ts';
import { useMay } from '../app/session.tsx';
import { Code } from '../parts/code.tsx';
import { useConfirm } from '../parts/confirm.tsx';
import { Icon } from '../parts/icon.tsx';
import { Moment } from '../parts/moment.tsx';
import { Panel } from '../parts/panel.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { useWords } from '../words/language.tsx';
import styles from './passes.module.css';
import { passesWords } from './words.ts';

/**
 * The link to the traveller's page. It is fetched when asked for: whoever has it sees the pass, so it
 * is not on the screen of everybody who looks the pass up.
 */
export function PassLink({ passId }: { readonly passId: string }) {
  const t = useWords(passesWords);
  const may = useMay();
  const ask = useConfirm();
  const fetchLink = useChange('POST /v2/orders/ePasses/link');
  const revoke = useChange('POST /v2/orders/ePasses/link/revoke');
  const [link, setLink] = useState<{ readonly url: string; readonly createdAt: string } | null>(null);
  if (!may('operator')) return null;
  const question = () =>
    ask({
      title: t('revokeLinkTitle'),
      text: <p>{t('revokeLinkText')}</p>,
      action: t('revokeLink'),
      danger: true,
      act: async () => {
        await revoke.mutateAsync({ body: { ePassId: passId } });
        setLink(null);
      },
      done: t('revokeLinkDone'),
    });
  return (
    <Panel title={t('passLink')}>
      <p className={styles.small}>{t('passLinkText')}</p>
      {link !== null && (
        <p className={styles.link}>
          <Code value={link.url} />
          <span className={styles.small}>
            {t('linkSince')} <Moment at={link.createdAt} />
          </span>
        </p>
      )}
      {fetchLink.error !== null && <ProblemNote problem={fetchLink.error} />}
      <div className={styles.linkActions}>
        {link === null ? (
          <Button
            variant="default"
            leftSection={<Icon name="link" />}
            loading={fetchLink.isPending}
            onClick={() => fetchLink.mutate({ body: { ePassId: passId } }, { onSuccess: setLink })}
          >
            {t('showLink')}
          </Button>
        ) : (
          <Button component="a" href={link.url} target="_blank" rel="noreferrer" variant="default">
            {t('openLink')}
          </Button>
        )}
        <Button variant="subtle" color="red" onClick={question}>
          {t('revokeLink')}
        </Button>
      </div>
    </Panel>
  );
}
