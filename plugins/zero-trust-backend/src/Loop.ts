/** Calls something again and again, never twice at once, until it is stopped. */

export interface LoopOptions {
  /** Returns how long to wait until the next call, in milliseconds. Must not throw. */
  call: () => Promise<number>;
}

export class Loop {
  readonly #call: () => Promise<number>;
  #timer: NodeJS.Timeout | undefined;
  /** When the next call is due. */
  #due = Infinity;
  #running: Promise<void> | undefined;
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
    this.within(0);
  }

  /** Calls after so many milliseconds, unless the next call is due before. */
  within(milliseconds: number): void {
    const due = performance.now() + milliseconds;
    if (this.#stopped || due >= this.#due) {
      return;
    }
    this.#due = due;
    if (!this.#running) {
      this.#wait();
    }
  }

  /** Waits for the current call. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #wait(): void {
    clearTimeout(this.#timer);
    const milliseconds = this.#due - performance.now();
    if (milliseconds <= 0) {
      this.#due = Infinity;
      this.#running = this.#run();
    } else {
      this.#timer = setTimeout(() => {
        this.#due = -Infinity;
        this.#wait();
      }, milliseconds);
    }
  }

  async #run(): Promise<void> {
    const delay = await this.#call();
    this.#running = undefined;
    if (!this.#stopped) {
      this.#due = Math.min(this.#due, performance.now() + delay);
      this.#wait();
    }
  }
}
