/** @jsxImportSource preact */
import { render } from 'preact';
import { App } from './app.tsx';
import { Desk } from './desk.ts';
import { wakeSound } from './sound.ts';
import { stayAwake } from './wake.ts';
import { readWedge } from './wedge-keys.ts';

const desk = new Desk();
render(<App desk={desk} />, document.getElementById('root')!);
readWedge((text) => desk.scan(text, false));
for (const touch of ['pointerdown', 'keydown'] as const) document.addEventListener(touch, wakeSound);
stayAwake();
desk.open();

// Without it the page still works, as long as there is a network to fetch it over.
if ('serviceWorker' in navigator)
  navigator.serviceWorker.register('/desk/worker.js', { scope: '/desk' }).catch(() => {});
