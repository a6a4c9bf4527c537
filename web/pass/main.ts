import { askServer, type Outcome } from './ask-server.ts';
import { element, patch } from './element.ts';
import { nextChange, type ShownPage, stateAt, timeOf } from './page-data.ts';
import { findPlaces } from './places.ts';
import { dropPage, savedPage, savePage } from './saved-pages.ts';
import { type Scene, view } from './view.ts';
import { chooseLanguage, usualWords } from './words/words.ts';

/** Milliseconds: how often the page asks while it is looked at, and how soon it tries again without an answer. */
const askEvery = 60_000;
const tryAgainAfter = 15_000;
/** Milliseconds after which a saved copy is shown while the server has not answered. */
const patience = 4_000;
/** A timer holds no more milliseconds. */
const longestTimer = 2 ** 31 - 1;

const root = document.getElementById('page')!;
/** Outlives every drawing, so that what changes is read out. */
const spoken = element('p', { role: 'status', class: 'unseen' });
root.after(spoken);

const token = tokenOf(location.pathname);
let words = usualWords();
let scene: Scene = { kind: 'loading' };
let asking = false;
let timer = 0;
let turn = 0;

function tokenOf(path: string): string {
  const last = path.slice(path.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

function show(next: Scene): void {
  scene = next;
  draw();
}

function draw(): void {
  document.documentElement.lang = words.language;
  const drawn = view(scene, words, { speak, ask: () => void ask(), print: () => window.print() });
  const focused = document.activeElement?.id ?? '';
  const handled = handledByReader();
  if (root.firstChild === null) root.append(drawn);
  else patch(root.firstChild, drawn);
  restore(handled);
  document.title = titleOf(scene);
  speakAloud();
  if (focused !== '' && document.activeElement?.id !== focused)
    document.getElementById(focused)?.focus({ preventScroll: true });
  waitForTurn();
}

function titleOf(shown: Scene): string {
  if (shown.kind !== 'page') return 'E-pass';
  const { firstName, lastName, programName } = shown.page.data;
  return words.documentTitle(`${firstName} ${lastName}`, programName);
}

function speakAloud(): void {
  if (scene.kind !== 'page') return;
  const { page } = scene;
  const { availableUsages, grantedUsages } = page.data;
  const state = words.states[stateAt(page.data, timeOf(page))];
  spoken.textContent = `${state}. ${words.usages.left(availableUsages, grantedUsages)}.`;
}

interface Handled {
  readonly typed: string;
  readonly opened: boolean | undefined;
}

const field = () => document.querySelector<HTMLInputElement>('#find-place');
const details = () => document.querySelector<HTMLDetailsElement>('#by-place');

/** What the reader has typed and opened, which a new drawing must not undo. */
function handledByReader(): Handled {
  return { typed: field()?.value ?? '', opened: details()?.open };
}

function restore({ typed, opened }: Handled): void {
  const list = details();
  if (list !== null && opened !== undefined) list.open = opened;
  const input = field();
  if (input === null || typed === '') return;
  input.value = typed;
  findPlaces(typed, words);
}

/** Draws again at the very moment at which the pass opens or ends, and lets the server confirm it. */
function waitForTurn(): void {
  window.clearTimeout(turn);
  if (scene.kind !== 'page') return;
  const { page } = scene;
  const change = nextChange(page.data, timeOf(page));
  if (change === null) return;
  const wait = Math.min(change - timeOf(page), longestTimer);
  turn = window.setTimeout(() => {
    draw();
    void ask();
  }, wait);
}

function speak(chosen: typeof words): void {
  words = chosen;
  chooseLanguage(chosen);
  draw();
}

/** Asks the server; shows what was saved when it cannot be had, or does not come soon. */
async function ask(): Promise<void> {
  if (asking) return;
  asking = true;
  window.clearTimeout(timer);
  const late = window.setTimeout(() => void showSaved(), patience);
  try {
    await take(await askServer(token));
  } finally {
    window.clearTimeout(late);
    asking = false;
  }
}

async function take(outcome: Outcome): Promise<void> {
  if (outcome.kind === 'page') {
    show({ ...outcome, kept: scene.kind === 'page' && scene.kept });
    void keep(outcome.page);
    return askLater(askEvery);
  }
  if (outcome.kind === 'gone') return show({ kind: 'gone', removed: await dropPage(token) });
  if (!(await showSaved())) show(outcome);
  askLater(outcome.kind === 'busy' ? outcome.seconds * 1000 : tryAgainAfter);
}

/** Keeps the page for times without a network, and says so once it would open then. */
async function keep(page: ShownPage): Promise<void> {
  const saved = await savePage(token, page);
  // A link that was revoked meanwhile leaves nothing behind.
  if (scene.kind === 'gone') return void (await dropPage(token));
  if (saved && (await openWorker()) && scene.kind === 'page') show({ ...scene, kept: true });
}

/** Shows the page as it was told last, and says so; false when there is none on this device. */
async function showSaved(): Promise<boolean> {
  const page = scene.kind === 'page' ? { ...scene.page, live: false } : await savedPage(token);
  if (page === null) return false;
  show({ kind: 'page', page, kept: scene.kind !== 'page' || scene.kept });
  return true;
}

function askLater(milliseconds: number): void {
  window.clearTimeout(timer);
  timer = window.setTimeout(() => {
    // A page that nobody looks at asks when it is looked at again.
    if (document.visibilityState === 'visible') void ask();
  }, milliseconds);
}

/** Has the page's own files kept for times without a network, where the browser can. */
async function openWorker(): Promise<boolean> {
  try {
    await navigator.serviceWorker.register('/p/worker.js', { scope: '/p/' });
    await navigator.serviceWorker.ready;
    return true;
  } catch {
    // Plain http, or a private window: the page works as before, with a network.
    return false;
  }
}

root.addEventListener('input', ({ target }) => {
  if (target === field()) findPlaces(field()!.value, words);
});
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') void ask();
});
window.addEventListener('online', () => void ask());
window.addEventListener('offline', () => void showSaved());

draw();
void ask();
