import { element } from './element.ts';
import { localTimesOf, ownDate, whoseTime } from './local-times.ts';
import type { PageData } from './page-data.ts';
import { localTime, timeHere } from './words/moments.ts';
import { localeOf, type Words } from './words/words.ts';

/** A part of the page under its heading. */
export function part(name: string, title: string, ...children: (Node | string | null)[]): HTMLElement {
  return element(
    'section',
    { class: `card ${name}`, 'aria-labelledby': `${name}-title` },
    element('h2', { id: `${name}-title` }, title),
    ...children,
  );
}

/** How many usages are left, in words and as a bar; of a pass that has ended, how many were not used. */
export function usagesPart(data: PageData, over: boolean, { usages }: Words): HTMLElement {
  const { availableUsages, usedUsages, grantedUsages } = data;
  const used = `${usages.used(usedUsages)}.`;
  if (over) {
    return part(
      'usages',
      usages.title,
      element('p', { class: 'left' }, usages.notUsed(availableUsages, grantedUsages)),
      element('p', { class: 'quiet' }, used),
    );
  }
  return part(
    'usages',
    usages.title,
    element('p', { class: 'left' }, usages.left(availableUsages, grantedUsages)),
    // The sentence above says it in words.
    element('progress', { max: String(grantedUsages), value: String(availableUsages), 'aria-hidden': 'true' }),
    element('p', { class: 'quiet' }, `${used} ${usages.onePerson}`),
  );
}

/** From when until when, in the time of the places; where these differ, in the time of each. */
export function validityPart(data: PageData, words: Words): HTMLElement {
  const locale = localeOf(words);
  const times = localTimesOf(data, words, locale);
  return part(
    'validity',
    words.validity.title,
    dates(ownDate(data, 'activationDate', locale), ownDate(data, 'expirationDate', locale), words),
    element('p', { class: 'quiet' }, whoseTime(data, words, locale)),
    times.length < 2
      ? null
      : element(
          'details',
          { id: 'by-place', open: times.length <= 3 },
          element('summary', {}, words.validity.byPlace),
          ...times.map(({ cities, activationDate, expirationDate }) =>
            element(
              'div',
              { class: 'zone' },
              element('h3', {}, cities),
              dates(localTime(activationDate, locale), localTime(expirationDate, locale), words),
            ),
          ),
        ),
  );
}

function dates(from: string, until: string, { validity }: Words): HTMLElement {
  return element(
    'dl',
    { class: 'dates' },
    element('div', {}, element('dt', {}, validity.from), element('dd', {}, from)),
    element('div', {}, element('dt', {}, validity.until), element('dd', {}, until)),
  );
}

/** Every visit with its place and its local time, newest first. */
export function visitsPart(data: PageData, words: Words): HTMLElement {
  const { visits } = words;
  const list = data.visits.map((visit) => {
    const where = [visit.location, visit.transportHubName].filter(Boolean).join(', ');
    const { givenBackDate } = visit;
    const back = givenBackDate === null ? null : timeHere(Date.parse(givenBackDate), localeOf(words), visit.timezone);
    return element(
      'li',
      { class: back === null ? 'visit' : 'visit taken-back' },
      element('p', { class: 'when' }, localTime(visit.localDate, localeOf(words))),
      element('p', { class: 'place' }, visit.resourceName),
      where === '' ? null : element('p', { class: 'quiet' }, where),
      element('p', { class: 'quiet' }, `${visits.people(visit.people)}, ${visits.usages(visit.usedUsages)}`),
      back === null ? null : element('p', {}, visits.takenBack(back)),
    );
  });
  return part(
    'visits',
    visits.title,
    element('p', { class: 'quiet' }, list.length === 0 ? visits.none : visits.localTime),
    list.length === 0 ? null : element('ol', {}, ...list),
    data.moreVisits ? element('p', { class: 'quiet' }, visits.more) : null,
  );
}
