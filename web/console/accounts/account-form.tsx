import { MultiSelect, Select } from '@mantine/core';
import { roles } from '../../../src/domain/access.ts';
import { useChange } from '../api/hooks.ts';
import { useProgrammes } from '../app/programmes.tsx';
import { Dialog, FormBody, TextField } from '../parts/dialog.tsx';
import { useForm } from '../parts/form.ts';
import { Small } from '../parts/layout.tsx';
import { useTell } from '../parts/tell.tsx';
import { useLanguage, useWords } from '../words/language.tsx';
import type { Account } from './account-actions.tsx';
import type { ShownPassword } from './one-time-password.tsx';
import { accountsWords } from './words.ts';

interface AccountFormProps {
  /** The account that is changed, `new` for one that is made, null while the dialog is closed. */
  readonly edited: Account | 'new' | null;
  readonly onClose: () => void;
  readonly onCreated: (shown: ShownPassword) => void;
}

/** Makes an account, or changes what it may do and where. */
export function AccountForm({ edited, onClose, onCreated }: AccountFormProps) {
  const t = useWords(accountsWords);
  const account = edited === 'new' ? null : edited;
  const title = account === null ? t('createAccount') : t('changeTitle', { email: account.email });
  return (
    <Dialog title={title} opened={edited !== null} onClose={onClose}>
      <Fields account={account} onClose={onClose} onCreated={onCreated} />
    </Dialog>
  );
}

interface Draft {
  readonly email: string;
  readonly role: Account['role'];
  /** Empty: every programme. */
  readonly programIds: readonly string[];
}

interface FieldsProps extends Omit<AccountFormProps, 'edited'> {
  readonly account: Account | null;
}

function Fields({ account, onClose, onCreated }: FieldsProps) {
  const t = useWords(accountsWords);
  const tell = useTell();
  const { language } = useLanguage();
  const { programmes } = useProgrammes();
  const create = useChange('POST /v2/accounts', { ofAll: true });
  const change = useChange('PATCH /v2/accounts/{email}', { ofAll: true });
  const before: Draft = {
    email: account?.email ?? '',
    role: account?.role ?? 'operator',
    programIds: account?.programIds ?? [],
  };
  const form = useForm<Draft>(before, async ({ email, role, programIds }) => {
    // An administrator has every programme, always.
    const all = role === 'administrator' || programIds.length === 0;
    const rights = { role, programIds: all ? null : [...programIds] };
    if (account === null) {
      const made = await create.mutateAsync({ body: { email: email.trim(), language, ...rights } });
      onClose();
      onCreated({ email: made.account.email, password: made.password });
    } else {
      await change.mutateAsync({ params: { email: account.email }, body: rights });
      tell(t('changeDone'));
      onClose();
    }
  });
  const { values } = form;
  return (
    <FormBody form={form} action={t(account === null ? 'createAccount' : 'save')} onCancel={onClose}>
      <Small>{t(account === null ? 'createText' : 'changeText')}</Small>
      {account === null && <TextField form={form} name="email" label={t('email')} first />}
      <Select
        label={t('role')}
        description={t(`${values.role}Help`)}
        data={roles.map((role) => ({ value: role, label: t(role) }))}
        value={values.role}
        onChange={(chosen) => form.set({ role: roles.find((role) => role === chosen) ?? 'auditor' })}
        error={form.error('role')}
        allowDeselect={false}
      />
      {values.role !== 'administrator' && (
        <MultiSelect
          label={t('programmes')}
          description={t('programmesHelp')}
          data={(programmes ?? []).map(({ programId, name }) => ({
            value: programId,
            label: `${name} · ${programId}`,
          }))}
          value={[...values.programIds]}
          onChange={(programIds) => form.set({ programIds })}
          error={form.error('programIds')}
          searchable
        />
      )}
    </FormBody>
  );
}
