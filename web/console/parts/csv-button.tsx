import { Button } from '@mantine/core';
import { useState } from 'react';
import { type CallName, type Input, saveCall } from '../api/calls.ts';
import { useCredentials } from '../app/session.tsx';
import { useWords } from '../words/language.tsx';
import { partsWords } from '../words/parts-words.ts';
import { useTellProblem } from '../words/problems.ts';
import { Icon } from './icon.tsx';
import { useTell } from './tell.tsx';

interface CsvButtonProps<Name extends CallName> {
  /** Of what it is the CSV, for readers who hear it out of its place. */
  readonly title: string;
  readonly name: Name;
  readonly input: Input<Name>;
  readonly fileName: string;
  /** What the button says, where that is not just CSV. */
  readonly word?: string;
}

/** Fetches a report's CSV and hands it over as a file. */
export function CsvButton<Name extends CallName>({ title, name, input, fileName, word }: CsvButtonProps<Name>) {
  const t = useWords(partsWords);
  const tell = useTell();
  const tellProblem = useTellProblem();
  const credentials = useCredentials();
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      await saveCall(name, input, fileName, credentials);
    } catch (problem) {
      tell(tellProblem(problem).text);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button
      variant="default"
      size={word === undefined ? 'xs' : 'sm'}
      leftSection={<Icon name="save" size={14} />}
      loading={busy}
      onClick={save}
      aria-label={word === undefined ? t('downloadCsvOf', { title }) : undefined}
    >
      {word ?? t('downloadCsv')}
    </Button>
  );
}
