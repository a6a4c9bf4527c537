/** Carries lines from one who writes to one who reads, in one process; the writer waits for the reader. */
export class Channel {
  #text: string | null = null;
  #ended = false;
  #failure: unknown = null;
  #wakeReader = () => {};
  #wakeWriter = () => {};

  /** Gives the next lines over; resolves when the reader has taken them. */
  async write(text: string): Promise<void> {
    while (this.#text !== null && this.#failure === null) await new Promise<void>((wake) => (this.#wakeWriter = wake));
    if (this.#failure !== null) throw this.#failure;
    this.#text = text;
    this.#wakeReader();
  }

  /** No more lines will come; with a problem, the reader gets that instead of an end. */
  end(problem: unknown = null): void {
    this.#ended = true;
    this.#failure ??= problem;
    this.#wakeReader();
  }

  /** The reader takes no more: whoever writes gets the problem. */
  refuse(problem: unknown): void {
    this.#failure ??= problem;
    this.#wakeWriter();
  }

  /** The lines, without their ends. */
  async *lines(): AsyncGenerator<string> {
    for (;;) {
      while (this.#text === null && !this.#ended) await new Promise<void>((wake) => (this.#wakeReader = wake));
      if (this.#text === null && this.#failure !== null) throw this.#failure;
      if (this.#text === null) return;
      const lines = this.#text.split('\n');
      lines.pop();
      this.#text = null;
      this.#wakeWriter();
      yield* lines;
    }
  }
}
