import { drawCode } from './code.ts';
import { drawing, element } from './element.ts';
import { onlyZone, ownDate, whoseTime } from './local-times.ts';
import { type PageState, type ShownPage, stateAt, timeOf } from './page-data.ts';
import { inAWhile, timeHere } from './words/moments.ts';
import { localeOf, type Words } from './words/words.ts';

/** A shape for each state, beside its word and its colour. */
const shapes: Readonly<Record<PageState, string>> = {
  active: 'M5 12.5l5 5L19 7',
  pendingActivation: 'M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18M12 7.5V12l3 2.5',
  suspended: 'M9 5v14M15 5v14',
  cancelled: 'M6 6l12 12M18 6L6 18',
  expired: 'M7 4h10M7 20h10M8 4c0 4 4 5 4 8s-4 4-4 8M16 4c0 4-4 5-4 8s4 4 4 8',
  usedUp: 'M5 12h14',
};

/** Who has the pass, what it is now, and the code as long as a door could take it. */
export function passCard(page: ShownPage, words: Words): HTMLElement {
  const { data } = page;
  const state = stateAt(data, timeOf(page));
  return element(
    'section',
    { class: 'card pass' },
    element(
      'p',
      { class: 'kind' },
      data.modules
        .map((module) => words.modules[module] ?? '')
        .filter(Boolean)
        .join(' · '),
    ),
    element('h1', {}, element('bdi', {}, `${data.firstName} ${data.lastName}`)),
    banner(page, state, words),
    state === 'active' || state === 'pendingActivation' ? code(data.ePassId, state, words) : null,
    element(
      'p',
      { class: 'number' },
      element('span', { class: 'label' }, words.code.number),
      element('span', { class: 'digits' }, inFours(data.ePassId)),
    ),
  );
}

const inFours = (digits: string) => digits.replace(/(\d{4})(?=\d)/g, '$1 ');

function banner(page: ShownPage, state: PageState, words: Words): HTMLElement {
  return element(
    'div',
    { class: 'banner', 'data-state': state },
    drawing(24, shapes[state], { class: 'shape', 'aria-hidden': 'true' }),
    element(
      'div',
      {},
      element('p', { class: 'state' }, words.states[state]),
      ...sentencesOf(page, state, words).map((sentence) => element('p', {}, sentence)),
    ),
  );
}

/** What the state means for the traveller, with its dates. */
function sentencesOf(page: ShownPage, state: PageState, words: Words): string[] {
  const { data } = page;
  const { sentences, afterwards } = words;
  const locale = localeOf(words);
  const own = (date: 'activationDate' | 'expirationDate') => ownDate(data, date, locale);
  const away = (date: 'activationDate' | 'expirationDate') => inAWhile(Date.parse(data[date]), timeOf(page), locale);
  const at = (instant: string | null) => timeHere(Date.parse(instant ?? data.now), locale, onlyZone(data) ?? undefined);
  const left = data.availableUsages === 0 ? [] : [afterwards.notUsed(data.availableUsages)];
  switch (state) {
    case 'active':
      return [sentences.active(own('expirationDate'), away('expirationDate')), whose()];
    case 'pendingActivation':
      return [sentences.pendingActivation(own('activationDate'), away('activationDate')), whose()];
    case 'suspended':
      return [sentences.suspended(at(data.suspendedDate), data.programName)];
    case 'cancelled':
      return [sentences.cancelled(at(data.cancelledDate)), ...left];
    case 'expired':
      return [sentences.expired(own('expirationDate')), ...left];
    case 'usedUp':
      return [sentences.usedUp(data.grantedUsages), afterwards.countedByMistake];
  }

  function whose(): string {
    return `${whoseTime(data, words, locale)}.`;
  }
}

function code(number: string, state: PageState, words: Words): HTMLElement {
  return element(
    'figure',
    { class: 'code' },
    element('div', { class: 'paper' }, drawCode(number, words.code.label(inFours(number)))),
    element('figcaption', {}, state === 'active' ? words.code.show : words.code.notYet),
  );
}
