import { Button, NumberInput, Select, TextInput } from '@mantine/core';
import { type Module, moduleOfSegment } from '../../../src/domain/module.ts';
import { useChange } from '../api/hooks.ts';
import { Link } from '../app/link.tsx';
import { useProgramme } from '../app/programmes.tsx';
import { addressFor, go } from '../app/route.ts';
import { type Form, useForm } from '../parts/form.ts';
import { Icon } from '../parts/icon.tsx';
import { PageHead, Panel } from '../parts/panel.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { useTell } from '../parts/tell.tsx';
import { useWords } from '../words/language.tsx';
import { usePassTerms } from '../words/pass-terms.ts';
import { type Draft, emptyDraft, extraOf } from './draft.ts';
import styles from './passes.module.css';
import { PlacesFields } from './places-fields.tsx';
import { passesWords } from './words.ts';

/** The segment of the address under which a module's passes are issued. */
function segmentOf(module: Module): string {
  return [...moduleOfSegment].find(([, number]) => number === module)![0];
}

/** Issues one pass by hand. */
export function IssuePass() {
  const t = useWords(passesWords);
  const tell = useTell();
  const programme = useProgramme();
  const issue = useChange('POST /v2/orders/{module}/ePasses');
  const modules = [...programme.modules, ...(programme.crossModules.length > 0 ? [0] : [])] as Module[];
  const form = useForm<Draft>(emptyDraft(modules[0] ?? 1), async (draft) => {
    const { module, clientUserId } = draft;
    const body = { module, clientUserId: clientUserId.trim(), extra: extraOf(draft) };
    const order = await issue.mutateAsync({ params: { module: segmentOf(module) }, body });
    tell(t('issueDone'));
    go(addressFor(programme.programId, 'passes', order.extra.ePassId));
  });
  return (
    <>
      <Link href={addressFor(programme.programId, 'passes')} className={styles.back}>
        <Icon name="left" size={14} /> {t('passes')}
      </Link>
      <PageHead title={t('issuePass')} note={t('issueNote', { programme: programme.name })} />
      <form className={styles.issue} onSubmit={form.submit}>
        <Holder form={form} />
        <Right form={form} modules={modules} />
        <PlacesFields form={form} />
        {form.problem !== null && <ProblemNote problem={form.problem} shownFields={form.shownFields} />}
        <div className={styles.issueFoot}>
          <Button type="submit" loading={form.busy}>
            {t('issueThis')}
          </Button>
          <Button variant="default" onClick={() => go(addressFor(programme.programId, 'passes'))}>
            {t('discard')}
          </Button>
        </div>
      </form>
    </>
  );
}

export type DraftForm = Form<Draft>;

function Holder({ form }: { readonly form: DraftForm }) {
  const t = useWords(passesWords);
  const text = (name: 'firstName' | 'lastName' | 'clientUserId') => ({
    value: form.values[name],
    onChange: (event: { currentTarget: HTMLInputElement }) => form.set({ [name]: event.currentTarget.value }),
    required: true,
    withAsterisk: false,
    autoComplete: 'off',
  });
  return (
    <Panel title={t('holder')}>
      <div className={styles.fields}>
        <TextInput
          label={t('firstName')}
          error={form.error('extra.firstName')}
          {...text('firstName')}
          maxLength={100}
        />
        <TextInput label={t('lastName')} error={form.error('extra.lastName')} {...text('lastName')} maxLength={100} />
        <TextInput
          label={t('userId')}
          description={t('userIdHelp')}
          error={form.error('clientUserId')}
          {...text('clientUserId')}
          maxLength={128}
        />
      </div>
    </Panel>
  );
}

function Right({ form, modules }: { readonly form: DraftForm; readonly modules: readonly Module[] }) {
  const t = useWords(passesWords);
  const terms = usePassTerms();
  const { values } = form;
  return (
    <Panel title={t('right')}>
      <div className={styles.fields}>
        <Select
          label={t('module')}
          data={modules.map((module) => ({ value: String(module), label: terms.module(module) }))}
          value={String(values.module)}
          onChange={(chosen) => chosen !== null && form.set({ module: Number(chosen) as Module, resourceIds: [] })}
          error={form.error('module')}
          allowDeselect={false}
        />
        <NumberInput
          label={t('usages')}
          min={1}
          max={10_000}
          allowDecimal={false}
          value={values.usages}
          onChange={(value) => form.set({ usages: Number(value) || 0 })}
          error={form.error('extra.availableUsages')}
        />
        <TextInput
          label={t('validFrom')}
          description={t('validFromHelp')}
          type="datetime-local"
          value={values.from}
          onChange={(event) => form.set({ from: event.currentTarget.value })}
          error={form.error('extra.activationDate')}
        />
        <TextInput
          label={t('validUntil')}
          description={t('validUntilHelp', { zone: Intl.DateTimeFormat().resolvedOptions().timeZone })}
          type="datetime-local"
          value={values.until}
          onChange={(event) => form.set({ until: event.currentTarget.value })}
          error={form.error('extra.expirationDate')}
          required
          withAsterisk={false}
        />
      </div>
    </Panel>
  );
}
