import { useProgramme } from '../app/programmes.tsx';
import { addressFor, usePlace } from '../app/route.ts';
import { Tabs } from '../parts/layout.tsx';
import { PageHead } from '../parts/panel.tsx';
import { useWords } from '../words/language.tsx';
import { Hubs } from './hubs.tsx';
import { Programmes } from './programmes.tsx';
import { Resources } from './resources.tsx';
import { placesWords } from './words.ts';

/** Every part: its part of the address, its name and note, and what shows it. */
const parts = [
  { path: 'resources', word: 'resources', note: 'resourcesNote', Part: Resources },
  { path: 'hubs', word: 'hubs', note: 'hubsNote', Part: Hubs },
  { path: 'programmes', word: 'programmes', note: 'programmesNote', Part: Programmes },
] as const;

/** Programmes, the resources they offer, and the transport hubs where those are. */
export default function Places() {
  const t = useWords(placesWords);
  const { programId } = useProgramme();
  const { rest } = usePlace();
  const { path, note, Part } = parts.find((part) => part.path === rest[0]) ?? parts[0];
  const tabs = parts.map((part) => ({
    href: addressFor(programId, 'places', part.path),
    name: t(part.word),
    here: part.path === path,
  }));
  return (
    <>
      <PageHead title={t('places')} note={t(note)} />
      <Tabs label={t('places')} tabs={tabs} />
      <Part />
    </>
  );
}
