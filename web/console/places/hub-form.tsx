import { useChange } from '../api/hooks.ts';
import { Dialog, FormBody, TextField } from '../parts/dialog.tsx';
import { useForm } from '../parts/form.ts';
import { Small } from '../parts/layout.tsx';
import { useTell } from '../parts/tell.tsx';
import { useWords } from '../words/language.tsx';
import type { Hub } from './hubs.tsx';
import { placesWords } from './words.ts';

interface HubFormProps {
  /** The hub that is changed, `new` for one that is set up, null while the dialog is closed. */
  readonly edited: Hub | 'new' | null;
  readonly onClose: () => void;
}

/** Sets a hub up, or changes it in every programme. */
export function HubForm({ edited, onClose }: HubFormProps) {
  const t = useWords(placesWords);
  const hub = edited === 'new' ? null : edited;
  const title = hub === null ? t('createHub') : t('changeTitle', { name: hub.transportHubName });
  return (
    <Dialog title={title} opened={edited !== null} onClose={onClose}>
      <Fields hub={hub} onClose={onClose} />
    </Dialog>
  );
}

function draftOf(hub: Hub | null) {
  return {
    transportHubName: hub?.transportHubName ?? '',
    iata: hub?.iata ?? '',
    city: hub?.city ?? '',
    countryOrRegion: hub?.countryOrRegion ?? '',
    timezone: hub?.timezone ?? '',
    latitude: hub?.latitude ?? '',
    longitude: hub?.longitude ?? '',
  };
}

type Draft = ReturnType<typeof draftOf>;

/** What differs from before; what was left empty is not sent, so that the airport fills it in. */
function changesOf(draft: Draft, before: Draft) {
  const { iata, transportHubName: _, ...place } = draft;
  const given = Object.entries(place)
    .map(([name, value]) => [name, value.trim()] as const)
    .filter(([name, value]) => value !== '' && value !== before[name as keyof Draft]);
  const code = iata.trim().toUpperCase();
  return { code, place: Object.fromEntries(given) as Partial<typeof place> };
}

function Fields({ hub, onClose }: { readonly hub: Hub | null; readonly onClose: () => void }) {
  const t = useWords(placesWords);
  const tell = useTell();
  const create = useChange('POST /v2/transportHubs');
  const change = useChange('PATCH /v2/transportHubs/{transportHubId}');
  const before = draftOf(hub);
  const form = useForm(before, async (draft) => {
    const { code, place } = changesOf(draft, before);
    const transportHubName = draft.transportHubName.trim();
    if (hub === null) {
      const body = { transportHubName, ...place, ...(code === '' ? {} : { iata: code }) };
      await create.mutateAsync({ body });
    } else {
      const iata = code === before.iata ? {} : { iata: code === '' ? null : code };
      const params = { transportHubId: hub.transportHubId };
      await change.mutateAsync({ params, body: { transportHubName, ...place, ...iata } });
    }
    tell(t(hub === null ? 'createHubDone' : 'changeDone'));
    onClose();
  });
  return (
    <FormBody form={form} action={t(hub === null ? 'createHub' : 'save')} onCancel={onClose}>
      <Small>{t(hub === null ? 'createHubText' : 'changeHubText')}</Small>
      <TextField form={form} name="transportHubName" label={t('name')} first />
      <TextField form={form} name="iata" label={t('airport')} help={t('iataHelp')} />
      <TextField form={form} name="city" label={t('city')} />
      <TextField form={form} name="countryOrRegion" label={t('country')} help={t('countryHelp')} />
      <TextField form={form} name="timezone" label={t('zone')} help={t('zoneHelp')} />
      <TextField form={form} name="latitude" label={t('latitude')} />
      <TextField form={form} name="longitude" label={t('longitude')} />
    </FormBody>
  );
}
