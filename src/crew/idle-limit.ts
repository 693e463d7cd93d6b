/** Stops work that shows no sign of life for so long. While a call is under way, its own limit counts. */
export class IdleLimit {
  readonly #ms: number | null;
  readonly #stop: () => void;
  #timer: NodeJS.Timeout | undefined;
  #calls = 0;
  #isOver = false;

  /** `ms` null: never. */
  constructor(ms: number | null, stop: () => void) {
    this.#ms = ms;
    this.#stop = stop;
    this.renew();
  }

  /** A sign of life. */
  renew(): void {
    clearTimeout(this.#timer);
    if (this.#ms === null || this.#calls > 0 || this.#isOver) return;
    this.#timer = setTimeout(this.#stop, this.#ms);
  }

  /** Counts nothing until the call has ended, whatever came of it. */
  async during<T>(call: Promise<T>): Promise<T> {
    this.#calls += 1;
    clearTimeout(this.#timer);
    try {
      return await call;
    } finally {
      this.#calls -= 1;
      this.renew();
    }
  }

  end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }
}
