/** How many calls may be under way at once: as many as the provider says, in the order in which they came. */
export class Pacer {
  #most: number;
  #underWay = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** As many as are let through now. */
  get most(): number {
    return this.#most;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#underWay >= this.#most) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#underWay += 1;
    try {
      return await work();
    } finally {
      this.#underWay -= 1;
      this.#letThrough();
    }
  }

  /** The provider's word on how many there may be; others may share the account. */
  learn(most: number): void {
    if (!Number.isSafeInteger(most) || most < 1) return;
    this.#most = most;
    this.#letThrough();
  }

  /** The provider has too many already: one fewer from now on, and at least one. */
  tooMany(): void {
    this.#most = Math.max(1, Math.min(this.#most, this.#underWay) - 1);
  }

  #letThrough(): void {
    while (this.#underWay < this.#most) {
      const next = this.#waiting.shift();
      if (!next) return;
      this.#underWay += 1;
      next();
    }
  }
}
