import { element } from './element.ts';
import { part } from './facts.ts';
import { type PageData, type PageState, type ShownPage, stateAt, timeOf } from './page-data.ts';
import { countryName, listOf, localTime } from './words/moments.ts';
import { localeOf, type Words } from './words/words.ts';

type Hub = PageData['places'][number];
type Resource = Hub['resources'][number];

/** From so many airports on, finding one's own takes a field to type into. */
const fewHubs = 6;

/** Where the pass works, in plain words; and at each place whether it works there now, or from when on. */
export function placesPart(page: ShownPage, words: Words): HTMLElement {
  const { data } = page;
  const { places } = words;
  const state = stateAt(data, timeOf(page));
  const locale = localeOf(words);
  const hubs = data.places.map((hub) => hubItem(hub, data, state, words, locale));
  return part(
    'places',
    places.title,
    element('p', {}, introduction(data, words, locale)),
    data.places.length > fewHubs ? finder(data, hubs, words, locale) : null,
    data.places.length === 0 ? element('p', { class: 'quiet' }, places.none(data.programName)) : null,
    element('ul', { class: 'hubs' }, ...hubs),
    data.morePlaces > 0 ? element('p', { class: 'quiet' }, places.more(data.morePlaces)) : null,
    element('p', { class: 'quiet' }, places.hours),
  );
}

function introduction(data: PageData, { places, validity }: Words, locale: string): string {
  const { kind, airports, moreAirports, countries } = data.restriction;
  if (kind === 'everywhere') return places.everywhere(data.programName);
  if (kind === 'places') return places.places(data.places.reduce((sum, { resources }) => sum + resources.length, 0));
  if (kind === 'countries')
    return places.countries(
      listOf(
        countries.map((code) => countryName(code, locale)),
        locale,
      ),
    );
  const names = airports.map(({ airportName, iata }) =>
    airportName.includes(`(${iata})`) ? airportName : `${airportName} (${iata})`,
  );
  return places.airports(listOf(moreAirports > 0 ? [...names, validity.and(moreAirports)] : names, locale));
}

function hubItem(hub: Hub, data: PageData, state: PageState, words: Words, locale: string): HTMLLIElement {
  const name = hub.iata === null ? hub.transportHubName : `${hub.transportHubName} (${hub.iata})`;
  const where = [hub.city, countryName(hub.countryOrRegion, locale)].filter(Boolean).join(', ');
  return element(
    'li',
    { class: 'hub' },
    element('h3', {}, name),
    element('p', { class: 'quiet' }, where),
    state === 'pendingActivation' ? element('p', { class: 'opens' }, opens(hub, data, words, locale)) : null,
    element('ul', { class: 'resources' }, ...hub.resources.map((resource) => resourceItem(resource, state, words))),
  );
}

function opens({ timezone }: Hub, data: PageData, { places }: Words, locale: string): string | null {
  const times = data.localValidity.find((zone) => zone.timezone === timezone);
  return times === undefined ? null : places.opens(localTime(times.activationDate, locale));
}

function resourceItem(resource: Resource, state: PageState, words: Words): HTMLLIElement {
  return element(
    'li',
    { class: 'resource' },
    element(
      'div',
      {},
      element('p', { class: 'place' }, resource.resourceName),
      element(
        'p',
        { class: 'quiet' },
        [words.modules[resource.module] ?? '', resource.location].filter(Boolean).join(' · '),
      ),
      resource.closedReason === null ? null : element('p', { class: 'quiet' }, resource.closedReason),
    ),
    mark(resource, state, words),
  );
}

/** Whether one could go in now; nothing is said where the state of the pass says it already. */
function mark({ closedReason }: Resource, state: PageState, { places }: Words): HTMLElement | null {
  if (closedReason !== null) return element('p', { class: 'mark closed' }, places.closed);
  return state === 'active' ? element('p', { class: 'mark open' }, places.worksNow) : null;
}

/** A field that leaves only the places whose words hold what is typed. */
function finder(data: PageData, items: readonly HTMLLIElement[], { places }: Words, locale: string): HTMLElement {
  const plain = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase(locale);
  const texts = data.places.map((hub) => {
    const names = hub.resources.map(({ resourceName }) => resourceName);
    return plain(
      [hub.transportHubName, hub.iata, hub.city, countryName(hub.countryOrRegion, locale), ...names].join(' '),
    );
  });
  const none = element('p', { class: 'quiet', role: 'status' });
  const field = element('input', {
    id: 'find-place',
    type: 'search',
    autocomplete: 'off',
    spellcheck: 'false',
    input: () => show(field.value),
  });
  return element('div', { class: 'finder' }, element('label', { for: 'find-place' }, places.find), field, none);

  function show(typed: string): void {
    const wanted = plain(typed.trim());
    items.forEach((item, index) => {
      item.hidden = !texts[index]!.includes(wanted);
    });
    none.textContent = items.every(({ hidden }) => hidden) ? places.noneFound : '';
  }
}
