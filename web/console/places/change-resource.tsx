import { useChange } from '../api/hooks.ts';
import type { Resource } from '../api/resources.ts';
import { Dialog, FormBody, TextField } from '../parts/dialog.tsx';
import { useForm } from '../parts/form.ts';
import { Small } from '../parts/layout.tsx';
import { useTell } from '../parts/tell.tsx';
import { useWords } from '../words/language.tsx';
import { placesWords } from './words.ts';

interface ChangeResourceProps {
  readonly resource: Resource;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Changes the place itself, for every programme that offers it. */
export function ChangeResource({ resource, opened, onClose }: ChangeResourceProps) {
  const t = useWords(placesWords);
  return (
    <Dialog title={t('changeTitle', { name: resource.resourceName })} opened={opened} onClose={onClose}>
      <ChangeForm resource={resource} onClose={onClose} />
    </Dialog>
  );
}

function ChangeForm({ resource, onClose }: Omit<ChangeResourceProps, 'opened'>) {
  const t = useWords(placesWords);
  const tell = useTell();
  const change = useChange('PATCH /v2/resources/{resourceId}');
  const { resourceId, locationInfo } = resource;
  const now = {
    resourceName: resource.resourceName,
    location: locationInfo.location,
    coordinates: locationInfo.coordinates,
    image: resource.image ?? '',
  };
  const form = useForm(now, async ({ resourceName, location, coordinates, image }) => {
    const body = {
      resourceName: resourceName.trim(),
      location: location.trim(),
      coordinates: coordinates.replaceAll(' ', ''),
      image: image.trim() === '' ? null : image.trim(),
    };
    await change.mutateAsync({ params: { resourceId }, body });
    tell(t('changeDone'));
    onClose();
  });
  return (
    <FormBody form={form} action={t('save')} onCancel={onClose}>
      <Small>{t('changeResourceText')}</Small>
      <TextField form={form} name="resourceName" label={t('name')} first />
      <TextField form={form} name="location" label={t('location')} help={t('locationHelp')} />
      <TextField form={form} name="coordinates" label={t('coordinates')} help={t('coordinatesHelp')} />
      <TextField form={form} name="image" label={t('image')} help={t('imageHelp')} />
    </FormBody>
  );
}
