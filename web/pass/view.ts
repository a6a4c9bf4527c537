import { element } from './element.ts';
import { usagesPart, validityPart, visitsPart } from './facts.ts';
import { type ShownPage, stateAt, timeOf } from './page-data.ts';
import { passCard } from './pass-card.ts';
import { placesPart } from './places.ts';
import { timeHere } from './words/moments.ts';
import { catalogues, localeOf, type Words } from './words/words.ts';

/** What there is to be shown. */
export type Scene =
  | { readonly kind: 'loading' }
  | { readonly kind: 'page'; readonly page: ShownPage; readonly kept: boolean }
  | { readonly kind: 'gone'; readonly removed: boolean }
  | { readonly kind: 'busy'; readonly seconds: number }
  | { readonly kind: 'unreachable' };

/** What a reader can do. */
export interface Actions {
  readonly speak: (words: Words) => void;
  readonly ask: () => void;
  readonly print: () => void;
}

/** The whole page for a scene, in one language. */
export function view(scene: Scene, words: Words, actions: Actions): HTMLElement {
  return element(
    'div',
    { class: 'page' },
    element(
      'header',
      { class: 'top' },
      element('p', { class: 'programme' }, scene.kind === 'page' ? scene.page.data.programName : 'E-pass'),
      languages(words, actions),
    ),
    scene.kind === 'page' ? passPage(scene.page, scene.kept, words, actions) : message(scene, words, actions),
  );
}

function languages(words: Words, { speak }: Actions): HTMLElement {
  const buttons = catalogues.map((other) =>
    element(
      'button',
      {
        type: 'button',
        id: `speak-${other.language}`,
        lang: other.language,
        'aria-pressed': String(other === words),
        click: () => speak(other),
      },
      other.name,
    ),
  );
  return element('div', { class: 'languages', role: 'group', 'aria-label': words.actions.language }, ...buttons);
}

function passPage(page: ShownPage, kept: boolean, words: Words, actions: Actions): HTMLElement {
  const { data } = page;
  const told = timeHere(page.toldAt, localeOf(words));
  const over = ['cancelled', 'expired'].includes(stateAt(data, timeOf(page)));
  return element(
    'main',
    {},
    page.live ? null : notice(told, words),
    element(
      'div',
      { class: 'sheet' },
      passCard(page, words),
      element(
        'div',
        { class: 'facts' },
        usagesPart(data, over, words),
        over ? null : validityPart(data, words),
        over ? null : placesPart(page, words),
        visitsPart(data, words),
      ),
    ),
    element(
      'footer',
      {},
      element('p', { class: 'screen-only' }, [words.saved.asOf(told), kept ? words.saved.keeps : ''].join(' ').trim()),
      element('p', { class: 'print-only' }, words.saved.printed(told)),
      element(
        'p',
        { class: 'actions' },
        element('button', { type: 'button', id: 'update', click: actions.ask }, words.actions.update),
        element('button', { type: 'button', id: 'print', click: actions.print }, words.actions.print),
      ),
    ),
  );
}

function notice(told: string, { saved }: Words): HTMLElement {
  return element('p', { class: 'notice' }, element('strong', {}, saved.copy(told)), ` ${saved.outOfDate}`);
}

function message(scene: Exclude<Scene, { kind: 'page' }>, words: Words, { ask }: Actions): HTMLElement {
  const again = element('button', { type: 'button', id: 'again', click: ask }, words.actions.again);
  switch (scene.kind) {
    case 'loading':
      return element('main', { class: 'message' }, element('h1', { class: 'quiet' }, words.actions.loading));
    case 'gone':
      return element(
        'main',
        { class: 'message' },
        element('h1', {}, words.gone.title),
        element('p', {}, words.gone.text),
        scene.removed ? element('p', {}, words.gone.removed) : null,
      );
    case 'busy':
      return element(
        'main',
        { class: 'message' },
        element('h1', {}, words.busy.title),
        element('p', {}, words.busy.text(scene.seconds)),
      );
    case 'unreachable':
      return element(
        'main',
        { class: 'message' },
        element('h1', {}, words.unreachable.title),
        element('p', {}, words.unreachable.text),
        element('p', { class: 'actions' }, again),
      );
  }
}
