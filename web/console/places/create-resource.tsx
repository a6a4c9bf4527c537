import { Select, Switch } from '@mantine/core';
import { useChange } from '../api/hooks.ts';
import { useProgramme } from '../app/programmes.tsx';
import { Dialog, FormBody, TextField } from '../parts/dialog.tsx';
import { useForm } from '../parts/form.ts';
import { useTell } from '../parts/tell.tsx';
import { useWords } from '../words/language.tsx';
import { usePassTerms } from '../words/pass-terms.ts';
import { useHubs } from './hub-list.ts';
import { placesWords } from './words.ts';

interface CreateResourceProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Sets a resource up and offers it in the programme. */
export function CreateResource({ opened, onClose }: CreateResourceProps) {
  const t = useWords(placesWords);
  return (
    <Dialog title={t('createResource')} opened={opened} onClose={onClose}>
      <CreateForm onClose={onClose} />
    </Dialog>
  );
}

function CreateForm({ onClose }: { readonly onClose: () => void }) {
  const t = useWords(placesWords);
  const tell = useTell();
  const terms = usePassTerms();
  const { modules } = useProgramme();
  const hubs = useHubs();
  const create = useChange('POST /v2/resources');
  const empty = {
    module: String(modules[0] ?? 1),
    resourceName: '',
    transportHubId: '',
    location: '',
    resourceId: '',
    childrenCount: true,
  };
  const form = useForm(empty, async ({ module, resourceId, ...others }) => {
    const id = resourceId.trim() === '' ? {} : { resourceId: resourceId.trim().toUpperCase() };
    const created = await create.mutateAsync({ body: { module: Number(module), ...others, ...id } });
    tell(t('createResourceDone', { name: created.resourceName }));
    onClose();
  });
  return (
    <FormBody form={form} action={t('createResource')} onCancel={onClose}>
      <TextField form={form} name="resourceName" label={t('name')} first />
      <Select
        label={t('module')}
        data={modules.map((module) => ({ value: String(module), label: terms.module(module) }))}
        value={form.values.module}
        onChange={(module) => module !== null && form.set({ module })}
        error={form.error('module')}
        allowDeselect={false}
      />
      <Select
        label={t('hub')}
        data={hubs.map((hub) => ({ value: hub.transportHubId, label: hub.label }))}
        value={form.values.transportHubId === '' ? null : form.values.transportHubId}
        onChange={(transportHubId) => form.set({ transportHubId: transportHubId ?? '' })}
        error={form.error('transportHubId')}
        searchable
        limit={50}
      />
      <TextField form={form} name="location" label={t('location')} help={t('locationHelp')} />
      <TextField form={form} name="resourceId" label={t('id')} help={t('resourceIdHelp')} />
      <Switch
        label={t('countChildren')}
        checked={form.values.childrenCount}
        onChange={(event) => form.set({ childrenCount: event.currentTarget.checked })}
      />
    </FormBody>
  );
}
