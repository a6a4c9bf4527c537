import { Api, type Called } from './api.ts';
import type { Current } from './api-types.ts';
import { Camera } from './camera.ts';
import { readCode } from './code.ts';
import { type DeskState, firstState, languages, takeFragment, withClocks } from './desk-state.ts';
import { forgetDevice, keep, readKept, type Settings } from './keep.ts';
import { Pairing } from './pairing.ts';
import { openShift, step } from './shift.ts';
import type { Effect, ShiftEvent, Step } from './shift-types.ts';
import { play } from './sound.ts';
import type { Words } from './words.ts';

/** Milliseconds between two questions whether all is well: usually, and while it is not. */
const beats = { up: 25_000, down: 3_000 } as const;
/** The screens on which the camera reads the next code by itself. */
const looking = new Set(['ready', 'admitted', 'refused', 'undone', 'withdrawn']);

/** The desk behind its page: it holds the state, does what the shift asks for, and tells who listens. */
export class Desk {
  readonly camera: Camera;
  readonly pairing: Pairing;
  #state: DeskState;
  #api: Api;
  #token: string | null;
  #listeners = new Set<() => void>();
  #beat: ReturnType<typeof setTimeout> | undefined;
  #retry: { readonly at: number; readonly timer: ReturnType<typeof setTimeout> } | null = null;
  /** What is on its way and has no answer yet: it is not sent a second time meanwhile. */
  readonly #underWay = new Set<string>();

  constructor() {
    const kept = readKept();
    const { shift, effects } = openShift(kept.shift);
    this.#token = kept.token;
    this.#api = new Api(kept.token);
    this.#state = firstState(kept, shift);
    this.camera = new Camera({
      onState: (camera) => this.#set({ camera }),
      onCode: (text) => this.scan(text, false),
      isWanted: () => this.#isLooking(),
    });
    this.pairing = new Pairing({
      onState: (pairing) => this.#set({ pairing }),
      onToken: (token) => this.#takeToken(token),
    });
    window.addEventListener('offline', () => this.#set({ link: 'offline' }));
    window.addEventListener('online', () => this.#hurry());
    document.addEventListener('visibilitychange', () => this.#hurry());
    if (kept.token !== null) this.#run(effects);
  }

  get state(): DeskState {
    return this.#state;
  }

  get words(): Words {
    return languages[this.#state.settings.language];
  }

  /** Whether admissions have no answer yet, or have to be taken back: with the pairing nobody would know of them. */
  get hasOpenAdmissions(): boolean {
    const { pending, withdrawn } = this.#state.shift;
    return pending !== null || withdrawn.length > 0;
  }

  /** Tells of every change from now on; gives what ends it. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Begins to work: answers what was left open, asks how things are, starts the camera if it was on. */
  open(): void {
    // A link that is opened in the tab that has the desk loads nothing anew.
    window.addEventListener('hashchange', () => this.#takeLink());
    if (!this.#takeLink() && this.#state.mode === 'unpaired') this.pairing.resume();
    if (this.#state.settings.camera) void this.camera.start();
    void this.#ask();
  }

  /** A code that came from camera, scanner or keyboard. */
  scan(text: string, typed: boolean): void {
    const { mode, menu, ask, current } = this.#state;
    const code = readCode(text);
    if (mode !== 'paired') this.pairing.offer(text);
    else if (menu || ask !== null || current === null) return;
    else if (code.kind === 'pairing') this.#offerPairing(code.pairingCode);
    else this.send({ on: 'code', text, typed });
  }

  /** An event of the shift. */
  send(event: ShiftEvent): void {
    this.#take(step(this.#state.shift, event, Date.now()));
  }

  change(settings: Partial<Settings>): void {
    const changed = { ...this.#state.settings, ...settings };
    keep('settings', changed);
    this.#set({ settings: changed });
    if (settings.camera === true) void this.camera.start();
    if (settings.camera === false) this.camera.stop();
  }

  showMenu(menu: boolean): void {
    this.#set({ menu });
  }

  /** Pairs anew with the code that was shown, or keeps the pairing as it is. */
  answerAsk(anew: boolean): void {
    const { ask } = this.#state;
    if (anew && this.hasOpenAdmissions) return;
    this.#set({ ask: null });
    if (!anew || ask === null) return;
    this.forget();
    this.pairing.offer(ask);
  }

  /** Forgets the pairing; the console still has to revoke the device. */
  forget(): void {
    forgetDevice();
    this.#token = null;
    this.#api = new Api(null);
    clearTimeout(this.#beat);
    const { shift } = openShift({ pending: null, withdrawn: [], recent: [] });
    this.#set({ mode: 'unpaired', current: null, shift, listed: [], menu: false });
  }

  #set(part: Partial<DeskState>): void {
    this.#state = { ...this.#state, ...part };
    for (const listener of this.#listeners) listener();
  }

  #take({ shift, effects }: Step): void {
    this.#set({ shift });
    this.#run(effects);
  }

  #isLooking(): boolean {
    const { mode, menu, ask, shift, pairing } = this.#state;
    if (menu || ask !== null) return false;
    return mode === 'paired' ? looking.has(shift.screen.kind) : pairing.kind !== 'running';
  }

  /** Whether the address holds a pairing code, which is taken then. */
  #takeLink(): boolean {
    const code = takeFragment();
    if (code !== null) this.#offerPairing(code);
    return code !== null;
  }

  #offerPairing(code: string): void {
    if (this.#state.mode === 'paired') this.#set({ ask: code });
    else this.pairing.offer(code);
  }

  #takeToken(token: string): void {
    keep('token', token);
    this.#token = token;
    this.#api = new Api(token);
    this.#set({ mode: 'paired', current: null });
    void this.#ask();
  }

  /** Asks who we are and how the place is, again and again; so a revoked device tells it without a guest. */
  async #ask(): Promise<void> {
    clearTimeout(this.#beat);
    const token = this.#token;
    if (token === null) return;
    const called = await this.#call(this.#api.current());
    if (token !== this.#token) return;
    if (called.kind === 'done') {
      const current = withClocks(called.data, Date.now());
      keep('current', current);
      this.#set({ current });
      if (this.#state.shift.screen.kind === 'ready') await this.#list(current);
    }
    clearTimeout(this.#beat);
    if (this.#state.mode !== 'paired') return;
    const wait = this.#state.link === 'up' ? beats.up : beats.down;
    this.#beat = setTimeout(() => void this.#ask(), wait);
  }

  async #list(current: Current): Promise<void> {
    const lists = await Promise.all(
      current.programmes.map(async (programme) => {
        const called = await this.#call(this.#api.usages(programme.programId, current.place.resourceId));
        return called.kind === 'done' ? called.data.orders.map((usage) => ({ usage, programme })) : [];
      }),
    );
    this.#set({ listed: lists.flat() });
  }

  #hurry(): void {
    if (document.visibilityState !== 'visible' || this.#token === null) return;
    void this.#ask();
    this.send({ on: 'retry' });
  }

  /** Every answer tells of the network, too; and a revoked device stops at once. */
  async #call<T>(asked: Promise<Called<T>>): Promise<Called<T>> {
    const called = await asked;
    if (called.kind === 'lost') {
      if (this.#state.link === 'up') {
        clearTimeout(this.#beat);
        this.#beat = setTimeout(() => void this.#ask(), beats.down);
      }
      this.#set({ link: called.lost });
    } else if (this.#state.link !== 'up') this.#set({ link: 'up' });
    if (called.kind === 'revoked' && this.#state.mode === 'paired') this.#end();
    return called;
  }

  #end(): void {
    this.forget();
    this.#set({ mode: 'revoked' });
  }

  #run(effects: readonly Effect[]): void {
    for (const effect of effects) this.#do(effect);
  }

  #do(effect: Effect): void {
    switch (effect.do) {
      case 'save': {
        const { pending, withdrawn, recent } = this.#state.shift;
        keep('shift', { pending, withdrawn, recent });
        return;
      }
      case 'sound':
        if (this.#state.settings.sound) play(effect.sound);
        return;
      case 'retry-at':
        this.#retryAt(effect.at);
        return;
      case 'check':
        return void this.#check(effect);
      case 'commit':
        return void this.#once(effect.pending.scanId, () => this.#commit(effect));
      case 'give-back':
        return void this.#once(effect.orderId, () => this.#giveBack(effect));
    }
  }

  /** One timer for everything that waits: each of many would start all of them again. */
  #retryAt(at: number): void {
    if (this.#retry !== null && this.#retry.at <= at) return;
    clearTimeout(this.#retry?.timer);
    const timer = setTimeout(
      () => {
        this.#retry = null;
        this.send({ on: 'retry' });
      },
      Math.max(0, at - Date.now()),
    );
    this.#retry = { at, timer };
  }

  async #once(key: string, work: () => Promise<void>): Promise<void> {
    if (this.#underWay.has(key)) return;
    this.#underWay.add(key);
    await work().finally(() => this.#underWay.delete(key));
  }

  async #check({ passId, ticket }: Extract<Effect, { do: 'check' }>): Promise<void> {
    const called = await this.#call(this.#api.check(passId, this.#placeId()));
    if (called.kind === 'done') this.send({ on: 'checked', ticket, check: called.data });
    else if (called.kind === 'refused') this.send({ on: 'check-refused', ticket, failure: called.failure });
    else if (called.kind === 'lost') this.send({ on: 'check-lost', ticket, lost: called.lost });
  }

  async #commit({ pending }: Extract<Effect, { do: 'commit' }>): Promise<void> {
    const { scanId, passId, party } = pending;
    const called = unlessLater(await this.#call(this.#api.redeem(passId, this.#placeId(), party, scanId)));
    if (called.kind === 'done') this.send({ on: 'committed', scanId, usage: called.data });
    else if (called.kind === 'lost') this.send({ on: 'commit-lost', scanId, lost: called.lost });
    else if (called.kind === 'refused') this.send({ on: 'commit-refused', scanId, failure: called.failure });
  }

  async #giveBack({ orderId, withdrawn }: Extract<Effect, { do: 'give-back' }>): Promise<void> {
    const { page } = this.words;
    const reason = withdrawn ? page.withdrawReason : page.giveBackReason;
    const called = unlessLater(await this.#call(this.#api.giveBack(orderId, reason)));
    if (called.kind === 'done') this.send({ on: 'given-back', orderId, left: called.data.availableUsages });
    else if (called.kind === 'refused') this.send({ on: 'give-back-refused', orderId, failure: called.failure });
    else if (called.kind === 'lost') this.send({ on: 'give-back-lost', orderId });
  }

  #placeId(): string {
    return this.#state.current?.place.resourceId ?? '';
  }
}

/** Too many requests, or whatever else may be sent again later, is no answer to a change: it is still to be made. */
function unlessLater<T>(called: Called<T>): Called<T> {
  const later = called.kind === 'refused' && called.failure.retryAfter !== null;
  return later ? { kind: 'lost', lost: 'unreachable' } : called;
}
