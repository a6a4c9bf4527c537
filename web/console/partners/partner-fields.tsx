import { Checkbox, MultiSelect, NumberInput } from '@mantine/core';
import { resourceLabel, useResources } from '../api/resources.ts';
import { useProgrammes } from '../app/programmes.tsx';
import { TextField } from '../parts/dialog.tsx';
import type { Form } from '../parts/form.ts';
import { useWords } from '../words/language.tsx';
import { type Draft, scopes } from './draft.ts';
import { partnersWords } from './words.ts';

/** What a client may do, where and how often: the same when it is created and when it is changed. */
export function PartnerFields({ form }: { readonly form: Form<Draft> }) {
  const t = useWords(partnersWords);
  const { programmes } = useProgrammes();
  const { values } = form;
  return (
    <>
      <TextField form={form} name="name" label={t('name')} first />
      <Checkbox.Group
        label={t('may')}
        value={[...values.scopes]}
        onChange={(chosen) => form.set({ scopes: scopes.filter((scope) => chosen.includes(scope)) })}
        error={form.error('scopes')}
      >
        {scopes.map((scope) => (
          <Checkbox key={scope} value={scope} label={t(scope)} description={t(`${scope}Help`)} mt="xs" />
        ))}
      </Checkbox.Group>
      <MultiSelect
        label={t('programmes')}
        data={(programmes ?? []).map(({ programId, name }) => ({ value: programId, label: `${name} · ${programId}` }))}
        value={[...values.programIds]}
        onChange={(programIds) => form.set({ programIds })}
        error={form.error('programIds')}
        searchable
      />
      {values.scopes.includes('venue') && <Doors form={form} />}
      <NumberInput
        label={t('rate')}
        description={t('rateHelp')}
        min={1}
        max={3_000_000}
        allowDecimal={false}
        thousandSeparator=" "
        value={values.ratePerMinute}
        onChange={(value) => form.set({ ratePerMinute: Number(value) || 0 })}
        error={form.error('ratePerMinute')}
      />
    </>
  );
}

function Doors({ form }: { readonly form: Form<Draft> }) {
  const t = useWords(partnersWords);
  const resources = useResources();
  const known = (resources.data ?? []).map((resource) => ({
    value: resource.resourceId,
    label: resourceLabel(resource),
  }));
  // A door of another programme stays chosen, by its id alone.
  const others = form.values.resourceIds
    .filter((id) => !known.some(({ value }) => value === id))
    .map((id) => ({ value: id, label: id }));
  return (
    <MultiSelect
      label={t('doors')}
      description={t('doorsHelp')}
      data={[...known, ...others]}
      value={[...form.values.resourceIds]}
      onChange={(resourceIds) => form.set({ resourceIds })}
      error={form.error('resourceIds')}
      searchable
      limit={50}
    />
  );
}
