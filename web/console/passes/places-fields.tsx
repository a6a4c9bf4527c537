import { MultiSelect, SegmentedControl, TagsInput } from '@mantine/core';
import { isAirportModule } from '../../../src/domain/module.ts';
import { resourceLabel, useResources } from '../api/resources.ts';
import { useProgramme } from '../app/programmes.tsx';
import { Panel } from '../parts/panel.tsx';
import { useWords } from '../words/language.tsx';
import type { Draft } from './draft.ts';
import type { DraftForm } from './issue-pass.tsx';
import styles from './passes.module.css';
import { passesWords } from './words.ts';

/** Where the pass is to work: everywhere, or in one kind of place. */
export function PlacesFields({ form }: { readonly form: DraftForm }) {
  const t = useWords(passesWords);
  const { places, module } = form.values;
  const kinds: { value: Draft['places']; label: string }[] = [
    { value: 'everywhere', label: t('placesEverywhere') },
    { value: 'resources', label: t('placesVenues') },
    ...(isAirportModule(module) ? [{ value: 'airports' as const, label: t('placesAirports') }] : []),
    { value: 'countries', label: t('placesCountries') },
  ];
  return (
    <Panel title={t('worksAt')}>
      <div className={styles.places}>
        <SegmentedControl
          size="xs"
          aria-label={t('worksAt')}
          data={kinds}
          value={places}
          onChange={(chosen) =>
            form.set({ places: kinds.find(({ value }) => value === chosen)?.value ?? 'everywhere' })
          }
        />
        {places === 'everywhere' && <p className={styles.small}>{t('placesEverywhereHelp')}</p>}
        {places === 'resources' && <Venues form={form} />}
        {places === 'airports' && (
          <TagsInput
            label={t('placesAirports')}
            description={t('airportsHelp')}
            value={[...form.values.iata]}
            onChange={(iata) => form.set({ iata })}
            error={form.error('extra.allowedResources.iata')}
            maxTags={500}
            splitChars={[',', ' ', ';']}
          />
        )}
        {places === 'countries' && (
          <TagsInput
            label={t('placesCountries')}
            description={t('countriesHelp')}
            value={[...form.values.countries]}
            onChange={(countries) => form.set({ countries })}
            error={form.error('extra.allowedResources.countryOrRegion')}
            maxTags={500}
            splitChars={[',', ' ', ';']}
          />
        )}
      </div>
    </Panel>
  );
}

function Venues({ form }: { readonly form: DraftForm }) {
  const t = useWords(passesWords);
  const resources = useResources();
  const { crossModules } = useProgramme();
  const { module, resourceIds } = form.values;
  const opened: readonly number[] = module === 0 ? crossModules : [module];
  const choices = (resources.data ?? []).filter((resource) => opened.includes(resource.module));
  return (
    <MultiSelect
      label={t('placesVenues')}
      data={choices.map((resource) => ({ value: resource.resourceId, label: resourceLabel(resource) }))}
      value={[...resourceIds]}
      onChange={(chosen) => form.set({ resourceIds: chosen })}
      error={form.error('extra.allowedResources.resourceIds')}
      nothingFoundMessage={t('noVenue')}
      searchable
      limit={50}
      maxValues={500}
    />
  );
}
