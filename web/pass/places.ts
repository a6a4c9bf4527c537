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
  const sorted = [...data.places].sort((left, right) => left.city.localeCompare(right.city, locale));
  const hubs = sorted.map((hub) => hubItem(hub, page, state, words));
  return part(
    'places',
    places.title,
    element('p', {}, introduction(data, words, locale)),
    data.places.length > fewHubs ? finder(words) : null,
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

function hubItem(hub: Hub, page: ShownPage, state: PageState, words: Words): HTMLLIElement {
  const locale = localeOf(words);
  const name = hub.iata === null ? hub.transportHubName : `${hub.transportHubName} (${hub.iata})`;
  const where = [hub.city, countryName(hub.countryOrRegion, locale)].filter(Boolean).join(', ');
  return element(
    'li',
    { class: 'hub' },
    element('h3', {}, name),
    element('p', { class: 'quiet' }, where),
    state === 'pendingActivation' ? element('p', { class: 'opens' }, opens(hub, page.data, words, locale)) : null,
    element(
      'ul',
      { class: 'resources' },
      ...hub.resources.map((resource) =>
        resourceItem(resource, mark(resource, page.live ? state : null, words), words),
      ),
    ),
  );
}

function opens({ timezone }: Hub, data: PageData, { places }: Words, locale: string): string | null {
  const times = data.localValidity.find((zone) => zone.timezone === timezone);
  return times === undefined ? null : places.opens(localTime(times.activationDate, locale));
}

function resourceItem(resource: Resource, marked: HTMLElement | null, words: Words): HTMLLIElement {
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
    marked,
  );
}

/**
 * Whether one could go in now; nothing is said where the state of the pass says it already, nor of a saved
 * copy, whose state is null: the place may have closed since.
 */
function mark({ closedReason }: Resource, state: PageState | null, { places }: Words): HTMLElement | null {
  if (closedReason !== null) return element('p', { class: 'mark closed' }, places.closed);
  return state === 'active' ? element('p', { class: 'mark open' }, places.worksNow) : null;
}

function finder({ places }: Words): HTMLElement {
  return element(
    'div',
    { class: 'finder' },
    element('label', { for: 'find-place' }, places.find),
    element('input', { id: 'find-place', type: 'search', autocomplete: 'off', spellcheck: 'false' }),
    element('p', { id: 'none-found', class: 'quiet', role: 'status' }),
  );
}

/** Leaves only the places whose words hold what is typed into the field, without accents or case. */
export function findPlaces(typed: string, words: Words): void {
  const locale = localeOf(words);
  const plain = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase(locale);
  const wanted = plain(typed.trim());
  const items = [...document.querySelectorAll<HTMLElement>('.hub')];
  for (const item of items) item.hidden = !plain(item.textContent ?? '').includes(wanted);
  const none = document.getElementById('none-found');
  if (none !== null) none.textContent = items.every(({ hidden }) => hidden) ? words.places.noneFound : '';
}
