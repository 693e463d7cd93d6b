import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';
import type { KeptCode } from './code-cache.js';

interface Part {
  exports: Record<string, unknown>;
}

type Load = (name: string) => unknown;

type Body = (
  exports: Part['exports'],
  require: Load,
  laterPart: (name: string) => () => unknown,
  module: Part,
  filename: string,
) => void;

interface Pack {
  script: Script;
  filename: string;
  bodies: Record<string, Body>;
}

interface Place {
  folder: string;
  build: string;
  others: Load;
  kept: KeptCode | undefined;
}

/** The program's parts, a few files full (_lazy-parts.mjs), each run when something of it is first used; all other modules are Node's to load. */
export class Parts {
  readonly #folder: string;
  readonly #build: string;
  readonly #kept: KeptCode | undefined;
  readonly #packs = new Map<string, Pack>();
  readonly #parts = new Map<string, Part>();
  readonly #others: Load;
  #isComplete: boolean;

  /** `others` loads what is no part: Node's modules, and packages that stay outside. */
  constructor({ folder, build, others, kept }: Place) {
    this.#folder = folder;
    this.#build = build;
    this.#others = others;
    this.#kept = kept;
    this.#isComplete = kept !== undefined;
  }

  readonly load: Load = (name) => {
    if (!name.startsWith('./')) return this.#others(name);
    const known = this.#parts.get(name);
    if (known) return known.exports;
    const { bodies, filename } = this.#packOf(name);
    const part: Part = { exports: {} };
    this.#parts.set(name, part);
    bodies[name]?.(part.exports, this.load, this.#later, part, filename);
    return part.exports;
  };

  /** The names of the parts that have run: a test looks that commands run no more than they need. */
  get names(): string[] {
    return [...this.#parts.keys()];
  }

  /** The machine code of all packs in use; undefined where it is what was kept. */
  code(): KeptCode | undefined {
    if (this.#isComplete) return undefined;
    const made = [...this.#packs].map(([name, { script }]) => [name, script.createCachedData()] as const);
    return new Map([...(this.#kept ?? []), ...made]);
  }

  readonly #later = (name: string): (() => unknown) => {
    let exports: unknown;
    return () => (exports ??= this.load(name));
  };

  #packOf(name: string): Pack {
    const [, pack = 'program'] = /^\.\/([^.]+)\.(?!js$)/.exec(name) ?? [];
    const known = this.#packs.get(pack);
    if (known) return known;
    const filename = join(this.#folder, `${pack}-${this.#build}.js`);
    const cachedData = this.#kept?.get(pack);
    const script = new Script(readFileSync(filename, 'utf8'), {
      filename,
      ...(cachedData && { cachedData }),
    });
    if (!cachedData || script.cachedDataRejected) this.#isComplete = false;
    const made = { script, filename, bodies: script.runInThisContext() as Pack['bodies'] };
    this.#packs.set(pack, made);
    return made;
  }
}
