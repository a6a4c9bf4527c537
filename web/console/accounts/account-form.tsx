import { Input, MultiSelect, SegmentedControl, Select } from '@mantine/core';
import { roles } from '../../../src/domain/access.ts';
import { Refused } from '../api/calls.ts';
import { useChange } from '../api/hooks.ts';
import { useProgramme, useProgrammes } from '../app/programmes.tsx';
import { useChangeWords, useSave } from '../parts/ask-first.tsx';
import { Dialog, FormBody, TextField } from '../parts/dialog.tsx';
import { type Form, useForm } from '../parts/form.ts';
import { Small } from '../parts/layout.tsx';
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
  /** Every programme, those that come later included, or only those below: never meant by an empty list. */
  readonly where: 'every' | 'only';
  readonly programIds: readonly string[];
}

type Rights = Pick<Account, 'role' | 'programIds'>;

/** A new account begins with no more than the programme that is looked at. */
const newIn = (programId: string): Draft => ({ email: '', role: 'operator', where: 'only', programIds: [programId] });

const draftOf = ({ email, role, programIds }: Account): Draft => ({
  email,
  role,
  where: programIds === null ? 'every' : 'only',
  programIds: programIds ?? [],
});

/** An administrator has every programme, always. */
function rightsOf({ role, where, programIds }: Draft): Rights {
  return { role, programIds: role === 'administrator' || where === 'every' ? null : [...programIds] };
}

interface FieldsProps extends Omit<AccountFormProps, 'edited'> {
  readonly account: Account | null;
}

function Fields({ account, onClose, onCreated }: FieldsProps) {
  const t = useWords(accountsWords);
  const save = useSave();
  const sentencesOf = useSentences();
  const { language } = useLanguage();
  const create = useChange('POST /v2/accounts', { ofAll: true });
  const change = useChange('PATCH /v2/accounts/{email}', { ofAll: true });
  const { programId } = useProgramme();
  const form = useForm(account === null ? newIn(programId) : draftOf(account), async (draft, refused) => {
    const rights = rightsOf(draft);
    if (rights.programIds?.length === 0) throw refuseEmpty(t('programmesMissing'));
    if (account === null) {
      const made = await create.mutateAsync({ body: { email: draft.email.trim(), language, ...rights } });
      onClose();
      return onCreated({ email: made.account.email, password: made.password });
    }
    const act = async () => {
      await change.mutateAsync({ params: { email: account.email }, body: rights });
      onClose();
    };
    const sentences = sentencesOf(account, rights);
    await save({ sentences, note: t('changeText'), act, done: t('changeDone'), refused });
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
      {values.role !== 'administrator' && <Where form={form} />}
    </FormBody>
  );
}

/** Told before anything is asked or sent, as the server would tell it. */
function refuseEmpty(problem: string): Refused {
  return new Refused(400, { error: 'REQUEST_INVALID', details: [{ field: 'programIds', problem }] });
}

function Where({ form }: { readonly form: Form<Draft> }) {
  const t = useWords(accountsWords);
  const { programmes } = useProgrammes();
  const { where, programIds } = form.values;
  return (
    <>
      <Input.Wrapper label={t('programmes')} labelElement="div">
        <SegmentedControl
          fullWidth
          aria-label={t('programmes')}
          data={[
            { value: 'every', label: t('everyProgramme') },
            { value: 'only', label: t('onlyThese') },
          ]}
          value={where}
          onChange={(chosen) => form.set({ where: chosen === 'every' ? 'every' : 'only' })}
        />
      </Input.Wrapper>
      {where === 'every' ? (
        <Small>{t('everyProgrammeHelp')}</Small>
      ) : (
        <MultiSelect
          aria-label={t('onlyThese')}
          data={(programmes ?? []).map(({ programId, name }) => ({
            value: programId,
            label: `${name} · ${programId}`,
          }))}
          value={[...programIds]}
          onChange={(chosen) => form.set({ programIds: chosen })}
          error={form.error('programIds')}
          searchable
        />
      )}
    </>
  );
}

/** Says how the rights of an account become others: less is taken away, more is given to somebody. */
function useSentences(): (before: Rights, after: Rights) => readonly string[] {
  const t = useWords(accountsWords);
  const words = useChangeWords();
  const { programmes } = useProgrammes();
  const say = (id: string) => programmes?.find(({ programId }) => programId === id)?.name ?? id;
  const listed = (programIds: Rights['programIds']) => programIds?.map(say).join(', ') ?? t('everyAndLater');
  const programmesOf = (before: Rights['programIds'], after: Rights['programIds']) => {
    const field = t('programmes');
    if (before === null || after === null) return words.replaced(field, listed(before), listed(after));
    return [...words.takenAway({ field, before, after, say }), ...words.added({ field, before, after, say })];
  };
  return (before, after) => [
    ...words.replaced(t('role'), t(before.role), t(after.role)),
    ...programmesOf(before.programIds, after.programIds),
  ];
}
