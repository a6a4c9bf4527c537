import { Button, Modal, Textarea, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useWords } from '../words/language.tsx';
import { partsWords } from '../words/parts-words.ts';
import { useIsAsked } from './confirm.tsx';
import type { Form } from './form.ts';
import styles from './layout.module.css';
import { ProblemNote } from './problem-note.tsx';

interface DialogProps {
  readonly title: string;
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** Whether only its own button closes it, as with a secret that would be lost. */
  readonly firm?: boolean;
  readonly wide?: boolean;
}

/** A dialog with content of its own; what it holds begins anew each time it opens. */
export function Dialog({ title, opened, onClose, children, firm = false, wide = false }: DialogProps) {
  const t = useWords(partsWords);
  // A question may be open above it: then Escape is the question's alone.
  const asked = useIsAsked();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      size={wide ? 'lg' : 'md'}
      lockScroll={false}
      closeOnEscape={!firm && !asked}
      closeOnClickOutside={!firm}
      withCloseButton={!firm}
      closeButtonProps={{ 'aria-label': t('close') }}
      classNames={{ title: styles.dialogTitle }}
    >
      {children}
    </Modal>
  );
}

interface FormBodyProps<V> {
  readonly form: Form<V>;
  /** The word on the button: what is done. */
  readonly action: string;
  readonly onCancel?: () => void;
  readonly children: ReactNode;
}

/** The fields of a form with what the server said of them, and its buttons. */
export function FormBody<V>({ form, action, onCancel, children }: FormBodyProps<V>) {
  const t = useWords(partsWords);
  return (
    <form className={styles.form} onSubmit={form.submit} noValidate>
      {children}
      {form.problem !== null && <ProblemNote problem={form.problem} shownFields={form.shownFields} />}
      <div className={styles.formFoot}>
        {onCancel !== undefined && (
          <Button variant="default" onClick={onCancel}>
            {t('notNow')}
          </Button>
        )}
        <Button type="submit" loading={form.busy}>
          {action}
        </Button>
      </div>
    </form>
  );
}

interface TextFieldProps<V> {
  readonly form: Form<V>;
  readonly name: keyof V & string;
  readonly label: string;
  readonly help?: string;
  /** What the server calls it, where that is another name. */
  readonly field?: string;
  readonly lines?: number;
  readonly disabled?: boolean;
  readonly first?: boolean;
}

/** One line of text of a form, or several. */
export function TextField<V>({ form, name, label, help, field = name, lines, disabled, first }: TextFieldProps<V>) {
  const shared = {
    label,
    description: help,
    value: String(form.values[name] ?? ''),
    onChange: (event: { currentTarget: { value: string } }) =>
      form.set({ [name]: event.currentTarget.value } as unknown as Partial<V>),
    error: form.error(field),
    autoComplete: 'off',
    spellCheck: false,
    disabled,
    ...(first ? { 'data-autofocus': true } : {}),
  };
  return lines === undefined ? <TextInput {...shared} /> : <Textarea {...shared} rows={lines} />;
}
