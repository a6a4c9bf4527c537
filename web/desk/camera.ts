import { type Decode, openDecoder } from './decoder.ts';

export type CameraState = 'off' | 'starting' | 'on' | 'denied' | 'missing' | 'insecure';

/** Pixels along each side of the square that is looked at: enough for a code held at arm's length. */
const side = 640;
/** Milliseconds between two looks, at least. */
const rest = 40;
/** A code that was answered is answered again once it was out of view for so many milliseconds. */
const forgetAfter = 1_000;
/** Milliseconds: a picture that stands still for so long is no picture, and the camera is started anew. */
const stillFor = 5_000;

/** Milliseconds before each other try at a camera that is there and does not start: whoever has it may let go of it. */
const patience = [500, 1_000, 2_000, 4_000] as const;

interface CameraHooks {
  readonly onState: (state: CameraState) => void;
  readonly onCode: (text: string) => void;
  /** Whether somebody wants to know now; the camera goes on, so that the next look is at once. */
  readonly isWanted: () => boolean;
}

/** The camera as a reader of QR codes: each code once while it stays in view. */
export class Camera {
  readonly #hooks: CameraHooks;
  readonly #canvas = document.createElement('canvas');
  #stream: MediaStream | null = null;
  #video: HTMLVideoElement | null = null;
  #decode: Decode | null = null;
  #run = 0;
  #last = { text: '', seenAt: 0 };
  #picture = { time: -1, since: 0 };
  /** It is wanted, and there is none. */
  #missed = false;

  constructor(hooks: CameraHooks) {
    this.#hooks = hooks;
    this.#canvas.width = side;
    this.#canvas.height = side;
    // Plugged in again. Not there at all where the page came without TLS.
    navigator.mediaDevices?.addEventListener('devicechange', () => this.#missed && void this.start());
  }

  /** Starts, or tells why not. */
  async start(): Promise<void> {
    this.stop();
    const run = this.#run;
    if (!isSecureContext) return this.#hooks.onState('insecure');
    this.#hooks.onState('starting');
    const opened = await this.#open(run);
    if (run !== this.#run) return opened instanceof MediaStream ? stopStream(opened) : undefined;
    if (!(opened instanceof MediaStream)) return this.#lose(opened);
    this.#stream = opened;
    // Unplugged, or taken away by the system.
    opened.getVideoTracks()[0]?.addEventListener('ended', () => run === this.#run && void this.start());
    if (this.#video !== null) this.#connect(this.#video);
    this.#hooks.onState('on');
    void this.#look(run);
  }

  /** The camera's stream, or why there is none. */
  async #open(run: number): Promise<MediaStream | 'denied' | 'missing'> {
    for (const wait of [0, ...patience]) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      if (run !== this.#run) break;
      try {
        return await this.#ask();
      } catch (problem) {
        const { name } = problem as { name?: string };
        if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
        if (name === 'NotFoundError') break;
      }
    }
    return 'missing';
  }

  /** Asks for the camera and, meanwhile, for what reads its pictures. */
  async #ask(): Promise<MediaStream> {
    const size = { width: { ideal: 1280 }, height: { ideal: 720 } };
    const asked = navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment', ...size } });
    const [stream, decode] = await Promise.allSettled([asked, this.#decode ?? openDecoder()]);
    if (stream.status === 'rejected') throw stream.reason;
    if (decode.status === 'fulfilled') {
      this.#decode = decode.value;
      return stream.value;
    }
    stopStream(stream.value);
    throw decode.reason;
  }

  stop(): void {
    this.#run += 1;
    this.#missed = false;
    if (this.#stream !== null) stopStream(this.#stream);
    this.#stream = null;
    this.#hooks.onState('off');
  }

  /** The element that shows what the camera sees, or null when it is taken off the page. */
  showOn(video: HTMLVideoElement | null): void {
    this.#video = video;
    if (video !== null) this.#connect(video);
  }

  /** Whether the camera has a light. */
  get hasTorch(): boolean {
    const track = this.#stream?.getVideoTracks()[0];
    return (track?.getCapabilities?.() as { torch?: boolean } | undefined)?.torch === true;
  }

  async setTorch(on: boolean): Promise<void> {
    const track = this.#stream?.getVideoTracks()[0];
    await track?.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] }).catch(() => {});
  }

  #lose(state: 'denied' | 'missing'): void {
    this.stop();
    this.#missed = state === 'missing';
    this.#hooks.onState(state);
  }

  #connect(video: HTMLVideoElement): void {
    video.srcObject = this.#stream;
    if (this.#stream !== null) void video.play().catch(() => {});
  }

  async #look(run: number): Promise<void> {
    let wanted = false;
    while (run === this.#run) {
      const before = wanted;
      wanted = this.#hooks.isWanted();
      // What was in view when an answer was given is still that code, until it has been out of view.
      if (wanted && !before) this.#last.seenAt = this.#picture.since = performance.now();
      if (wanted && this.#isStill()) return void this.start();
      if (wanted) await this.#lookOnce();
      await new Promise((resolve) => setTimeout(resolve, rest));
    }
  }

  /** Systems pause what is shown, or take a camera away for a call, and do not always tell. */
  #isStill(): boolean {
    if (this.#video === null) return false;
    const time = this.#video.currentTime;
    const now = performance.now();
    if (time !== this.#picture.time) this.#picture = { time, since: now };
    return now - this.#picture.since > stillFor;
  }

  async #lookOnce(): Promise<void> {
    const { videoWidth = 0, videoHeight = 0 } = this.#video ?? {};
    const context = this.#canvas.getContext('2d', { willReadFrequently: true });
    if (context === null || videoWidth === 0 || this.#video === null || this.#decode === null) return;
    const most = Math.min(videoWidth, videoHeight);
    const from = [(videoWidth - most) / 2, (videoHeight - most) / 2] as const;
    context.drawImage(this.#video, ...from, most, most, 0, 0, side, side);
    const text = await this.#decode(context.getImageData(0, 0, side, side)).catch(() => null);
    if (text === null || text === '') return;
    const now = performance.now();
    const isNew = text !== this.#last.text || now - this.#last.seenAt > forgetAfter;
    this.#last = { text, seenAt: now };
    if (isNew && this.#hooks.isWanted()) this.#hooks.onCode(text);
  }
}

function stopStream(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
