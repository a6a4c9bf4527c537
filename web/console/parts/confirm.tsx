import { Button, Modal, Textarea } from '@mantine/core';
import { createContext, type FormEvent, type ReactNode, useContext, useState } from 'react';
import { useWords } from '../words/language.tsx';
import { partsWords } from '../words/parts-words.ts';
import { useTellProblem } from '../words/problems.ts';
import styles from './confirm.module.css';
import layout from './layout.module.css';
import { ProblemNote } from './problem-note.tsx';
import { useTell } from './tell.tsx';

/** Something that the reader is asked about before it happens. */
export interface Question {
  readonly title: string;
  /** What will happen, and whether it can be undone. */
  readonly text: ReactNode;
  /** The word on the button: what is done, never just "OK". */
  readonly action: string;
  /** Whether it takes something away from somebody. */
  readonly danger?: boolean;
  /** Whether a reason goes along with it. */
  readonly reason?: boolean;
  /** Does it. What it throws is shown in the dialog, which stays open, unless `refused` takes it. */
  readonly act: (reason: string) => Promise<unknown>;
  /** Takes what `act` throws, for a form below that has the fields to show it at; the dialog closes. */
  readonly refused?: (problem: unknown) => void;
  /** What the reader is told afterwards; a function when only then it is known. */
  readonly done: string | (() => string);
}

const ConfirmContext = createContext<(question: Question) => void>(() => {});
const AskedContext = createContext(false);

/** Above the dialogs (200) and below what opens out of them (300). */
const aboveDialogs = 250;

/** Asks first: everything that can break something goes through this dialog. */
export function ConfirmProvider({ children }: { readonly children: ReactNode }) {
  const [question, setQuestion] = useState<Question | null>(null);
  const [open, setOpen] = useState(false);
  const [asked, setAsked] = useState(false);
  const t = useWords(partsWords);
  const ask = (next: Question) => {
    setQuestion(next);
    setOpen(true);
    setAsked(true);
  };
  const close = () => {
    setOpen(false);
    // Once this very key press is over: the dialog below would take the same Escape for itself.
    setTimeout(() => setAsked(false));
  };
  return (
    <ConfirmContext value={ask}>
      <AskedContext value={asked}>{children}</AskedContext>
      <Modal
        opened={open}
        onClose={close}
        title={question?.title}
        zIndex={aboveDialogs}
        lockScroll={false}
        closeButtonProps={{ 'aria-label': t('close') }}
        centered
        classNames={{ title: layout.dialogTitle }}
      >
        {question !== null && <Ask question={question} onClose={close} />}
      </Modal>
    </ConfirmContext>
  );
}

/** Gives the function that asks the reader a question. */
export function useConfirm(): (question: Question) => void {
  return useContext(ConfirmContext);
}

/** Whether a question is open, perhaps above a dialog that asked it. */
export function useIsAsked(): boolean {
  return useContext(AskedContext);
}

function Ask({ question, onClose }: { readonly question: Question; readonly onClose: () => void }) {
  const t = useWords(partsWords);
  const tell = useTell();
  const tellProblem = useTellProblem();
  const [reason, setReason] = useState('');
  const [missing, setMissing] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const act = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    if (question.reason && reason.trim() === '') return setMissing(true);
    setBusy(true);
    setProblem(null);
    try {
      await question.act(reason.trim());
      onClose();
      tell(typeof question.done === 'string' ? question.done : question.done());
    } catch (thrown) {
      if (question.refused === undefined) return setProblem(thrown);
      onClose();
      question.refused(thrown);
    } finally {
      setBusy(false);
    }
  };
  const wrong = problem === null ? undefined : tellProblem(problem).fields.get('reason');
  return (
    <form className={styles.ask} onSubmit={act} noValidate>
      <div className={styles.text}>{question.text}</div>
      {question.reason && (
        <Textarea
          label={t('reason')}
          description={t('reasonHelp')}
          value={reason}
          onChange={(event) => {
            setReason(event.currentTarget.value);
            setMissing(false);
          }}
          error={missing ? t('reasonMissing') : wrong}
          maxLength={200}
          rows={2}
          required
          data-autofocus
        />
      )}
      {problem !== null && <ProblemNote problem={problem} shownFields={['reason']} />}
      <div className={styles.foot}>
        <Button variant="default" onClick={onClose} {...(question.reason ? {} : { 'data-autofocus': true })}>
          {t('notNow')}
        </Button>
        <Button type="submit" loading={busy} color={question.danger ? 'red' : 'teal'}>
          {question.action}
        </Button>
      </div>
    </form>
  );
}
