/** @jsxImportSource preact */
import { render } from 'preact';
import { App } from './app.tsx';
import { Desk } from './desk.ts';
import { languages } from './desk-state.ts';
import { readKept } from './keep.ts';
import { wakeSound } from './sound.ts';
import { stayAwake } from './wake.ts';
import { readWedge } from './wedge-keys.ts';

const root = document.getElementById('root')!;
/** Milliseconds after which another tab that has the desk is told of; a reload takes less to let go of it. */
const patience = 500;

function start(): void {
  const desk = new Desk();
  render(<App desk={desk} />, root);
  readWedge((text) => desk.scan(text, false));
  for (const touch of ['pointerdown', 'keydown'] as const) document.addEventListener(touch, wakeSound);
  stayAwake();
  desk.open();
}

/** Two tabs would write over what the other keeps, so one has the desk and the next one waits for it. */
async function startAlone(): Promise<void> {
  if (!('locks' in navigator)) return start();
  const { elsewhere } = languages[readKept().settings.language].page;
  const told = setTimeout(() => render(<main class="pair">{elsewhere}</main>, root), patience);
  await navigator.locks.request('passdesk-desk', () => {
    clearTimeout(told);
    start();
    return new Promise(() => {});
  });
}

void startAlone();
// Without it the page still works, as long as there is a network to fetch it over.
if ('serviceWorker' in navigator)
  navigator.serviceWorker.register('/desk/worker.js', { scope: '/desk' }).catch(() => {});
