/** Calls something again and again, never twice at once, until it is stopped. */

export interface LoopOptions {
  /** Returns how long to wait until the next call, in milliseconds. Must not throw. */
  call: () => Promise<number>;
}

export class Loop {
  readonly #call: () => Promise<number>;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #stopped = false;

  /** Begins with a call at once. */
  static start({ call }: LoopOptions): Loop {
    const loop = new Loop(call);
    loop.soon();
    return loop;
  }

  private constructor(call: () => Promise<number>) {
    this.#call = call;
  }

  /** Calls at once, or as soon as the current call ends. */
  soon(): void {
    if (this.#stopped) {
      return;
    }
    if (this.#running) {
      this.#again = true;
      return;
    }
    clearTimeout(this.#timer);
    this.#running = this.#run();
  }

  /** Waits for the current call. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #run(): Promise<void> {
    const delay = await this.#call();
    this.#running = undefined;
    if (this.#again) {
      this.#again = false;
      this.soon();
    } else if (!this.#stopped) {
      this.#timer = setTimeout(() => this.soon(), delay);
    }
  }
}
