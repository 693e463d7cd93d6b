const hash = /(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g;
const shortHash = /-([0-9a-f]{12})(?=\.json(?![A-Za-z0-9]))/g;

/** SHA-256s that are other ones since something in what they are of was taken out, and names of files that are made from them. */
export class ChangedHashes {
  readonly #changed = new Map<string, string>();

  get size(): number {
    return this.#changed.size;
  }

  add(before: string, after: string): void {
    if (before !== after) this.#changed.set(before, after);
  }

  /** Those that nothing has any more. */
  before(): string[] {
    return [...this.#changed.keys()];
  }

  /** The text with each of them replaced; as long as before. */
  apply(text: string): string {
    if (this.size === 0) return text;
    const short = new Map(
      [...this.#changed].map(([before, after]) => [before.slice(0, 12), after.slice(0, 12)]),
    );
    return text
      .replaceAll(hash, (found) => this.#changed.get(found) ?? found)
      .replaceAll(shortHash, (found, name: string) =>
        short.has(name) ? `-${short.get(name) ?? ''}` : found,
      );
  }
}
