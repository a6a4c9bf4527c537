import type { Sound } from './shift-types.ts';

/** Each verdict's notes: hertz, when they begin and how long they last, in seconds. Told apart without looking. */
const melodies: Readonly<Record<Sound, readonly [hertz: number, at: number, length: number][]>> = {
  good: [[880, 0, 0.12]],
  admitted: [
    [784, 0, 0.1],
    [1175, 0.1, 0.22],
  ],
  refused: [
    [233, 0, 0.18],
    [175, 0.2, 0.34],
  ],
  waiting: [
    [440, 0, 0.09],
    [440, 0.16, 0.09],
    [440, 0.32, 0.09],
  ],
  undone: [
    [659, 0, 0.1],
    [440, 0.1, 0.18],
  ],
};

/** The same for hands: milliseconds on, off, on. */
const shakes: Readonly<Record<Sound, number[]>> = {
  good: [40],
  admitted: [40, 40, 80],
  refused: [200, 80, 200],
  waiting: [60, 60, 60, 60, 60],
  undone: [40, 40],
};

let context: AudioContext | null = null;

/** Browsers give sound only after a first touch or key: to be called on each, until it is given. */
export function wakeSound(): void {
  context ??= new AudioContext();
  if (context.state === 'suspended') void context.resume();
}

/** Plays a verdict. */
export function play(sound: Sound): void {
  navigator.vibrate?.(shakes[sound]);
  if (context === null || context.state !== 'running') return;
  for (const [hertz, at, length] of melodies[sound]) note(context, hertz, context.currentTime + at, length);
}

function note(audio: AudioContext, hertz: number, at: number, length: number): void {
  const oscillator = audio.createOscillator();
  const gain = audio.createGain();
  oscillator.type = hertz < 300 ? 'sawtooth' : 'triangle';
  oscillator.frequency.value = hertz;
  // Without a ramp the speaker clicks.
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(0.35, at + 0.01);
  gain.gain.setValueAtTime(0.35, at + length - 0.03);
  gain.gain.linearRampToValueAtTime(0, at + length);
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start(at);
  oscillator.stop(at + length);
}
