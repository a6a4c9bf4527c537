import { Checkbox, NumberInput, Switch } from '@mantine/core';
import { useChange } from '../api/hooks.ts';
import type { Programme } from '../app/programmes.tsx';
import { useChangeWords, useSave } from '../parts/ask-first.tsx';
import { Dialog, FormBody, TextField } from '../parts/dialog.tsx';
import { useForm } from '../parts/form.ts';
import { Line, Small } from '../parts/layout.tsx';
import { useTell } from '../parts/tell.tsx';
import { useWords } from '../words/language.tsx';
import { usePassTerms } from '../words/pass-terms.ts';
import { placesWords } from './words.ts';

interface ProgrammeFormProps {
  /** The programme that is changed, `new` for one that is set up, null while the dialog is closed. */
  readonly edited: Programme | 'new' | null;
  readonly onClose: () => void;
}

/** What programmes can offer, and what cross-module passes can open. */
const sellable = ['1', '2', '3', '4', '7', '8', '11'];
const crossable = ['1', '3', '4'];

/** Sets a programme up, or changes its settings. */
export function ProgrammeForm({ edited, onClose }: ProgrammeFormProps) {
  const t = useWords(placesWords);
  const programme = edited === 'new' ? null : edited;
  const title = programme === null ? t('createProgramme') : t('changeTitle', { name: programme.name });
  return (
    <Dialog title={title} opened={edited !== null} onClose={onClose}>
      <Fields programme={programme} onClose={onClose} />
    </Dialog>
  );
}

interface Draft {
  readonly programId: string;
  readonly name: string;
  readonly issuerPrefix: string;
  readonly sandbox: boolean;
  readonly modules: readonly string[];
  readonly crossModules: readonly string[];
  readonly expiringDays: number;
}

function draftOf(programme: Programme | null): Draft {
  return {
    programId: programme?.programId ?? '',
    name: programme?.name ?? '',
    issuerPrefix: programme?.issuerPrefix ?? '',
    sandbox: programme?.sandbox ?? false,
    modules: programme?.modules.map(String) ?? ['1'],
    crossModules: programme?.crossModules.map(String) ?? [],
    expiringDays: programme?.expiringDays ?? 7,
  };
}

/** Modules by their number, whatever the order in which they were ticked. */
function inOrder(modules: readonly string[]): number[] {
  return modules.map(Number).sort((one, other) => one - other);
}

/** The settings as the API takes them; those that are final once there are passes only when they are another. */
function settingsOf(draft: Draft) {
  return {
    name: draft.name.trim(),
    modules: inOrder(draft.modules),
    crossModules: inOrder(draft.crossModules) as (1 | 3 | 4)[],
    expiringDays: draft.expiringDays,
  };
}

function Fields({ programme, onClose }: { readonly programme: Programme | null; readonly onClose: () => void }) {
  const t = useWords(placesWords);
  const tell = useTell();
  const save = useSave();
  const sentencesOf = useSentences();
  const create = useChange('POST /v2/programmes', { ofAll: true });
  const change = useChange('PATCH /v2/programmes/{programId}', { ofAll: true });
  const form = useForm<Draft>(draftOf(programme), async (draft, refused) => {
    const settings = settingsOf(draft);
    const { issuerPrefix, sandbox } = draft;
    if (programme === null) {
      await create.mutateAsync({ body: { programId: draft.programId.trim(), issuerPrefix, sandbox, ...settings } });
      tell(t('createProgrammeDone'));
      return onClose();
    }
    const prefix = issuerPrefix === programme.issuerPrefix ? {} : { issuerPrefix };
    const kind = sandbox === programme.sandbox ? {} : { sandbox };
    const act = async () => {
      await change.mutateAsync({
        params: { programId: programme.programId },
        body: { ...settings, ...prefix, ...kind },
      });
      onClose();
    };
    const sentences = sentencesOf(programme, draft);
    await save({ sentences, note: t('programmeText'), act, done: t('changeDone'), refused });
  });
  const issued = programme !== null && programme.counts.passes > 0;
  return (
    <FormBody form={form} action={t(programme === null ? 'createProgramme' : 'save')} onCancel={onClose}>
      {issued && <Small>{t('finalText')}</Small>}
      <TextField form={form} name="name" label={t('name')} first />
      {programme === null && <TextField form={form} name="programId" label={t('id')} help={t('programIdHelp')} />}
      <TextField form={form} name="issuerPrefix" label={t('prefix')} help={t('prefixHelp')} disabled={issued} />
      <Switch
        label={t('sandbox')}
        description={t('sandboxHelp')}
        checked={form.values.sandbox}
        onChange={(event) => form.set({ sandbox: event.currentTarget.checked })}
        disabled={issued}
      />
      <Modules
        label={t('modules')}
        modules={sellable}
        value={form.values.modules}
        error={form.error('modules')}
        onChange={(modules) => form.set({ modules })}
      />
      <Modules
        label={t('cross')}
        modules={crossable}
        value={form.values.crossModules}
        error={form.error('crossModules')}
        onChange={(crossModules) => form.set({ crossModules })}
      />
      <NumberInput
        label={t('expiringDays')}
        description={t('expiringDaysHelp')}
        min={0}
        max={365}
        allowDecimal={false}
        value={form.values.expiringDays}
        onChange={(value) => form.set({ expiringDays: Number(value) || 0 })}
        error={form.error('expiringDays')}
      />
    </FormBody>
  );
}

/** Says which modules a programme loses, and that its passes become real. */
function useSentences(): (before: Programme, after: Draft) => readonly string[] {
  const t = useWords(placesWords);
  const terms = usePassTerms();
  const words = useChangeWords();
  const say = (module: string) => terms.module(Number(module));
  return (programme, after) => {
    const before = draftOf(programme);
    return [
      ...words.takenAway({ field: t('modules'), before: before.modules, after: after.modules, say }),
      ...words.takenAway({ field: t('cross'), before: before.crossModules, after: after.crossModules, say }),
      ...(before.sandbox && !after.sandbox ? [t('goesLive')] : []),
    ];
  };
}

interface ModulesProps {
  readonly label: string;
  readonly modules: readonly string[];
  readonly value: readonly string[];
  readonly error: string | undefined;
  readonly onChange: (modules: string[]) => void;
}

function Modules({ label, modules, value, error, onChange }: ModulesProps) {
  const terms = usePassTerms();
  return (
    <Checkbox.Group label={label} value={[...value]} onChange={onChange} error={error}>
      <Line>
        {modules.map((module) => (
          <Checkbox key={module} value={module} label={terms.module(Number(module))} />
        ))}
      </Line>
    </Checkbox.Group>
  );
}
