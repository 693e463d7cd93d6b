import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import { ProductionError } from '../../machines/index.js';
import {
  decodeJson,
  nodeDisk,
  plainRefusalTexts,
  readPlainFile,
  removeQuietly,
  replacePrivateFile,
} from '../disk/index.js';
import { replaceFile } from '../documents/index.js';
import { eventNames } from './cloud-event.js';
import { newSecret } from './signature.js';

const longestUrl = 2_000;
const largestFile = 1024 * 1024;

const Types = z.array(
  z
    .string()
    .refine(
      (pattern) => eventNames.some((name) => matches(pattern, name)),
      `is none of ${eventNames.join(', ')}, nor like episode.* or *`,
    ),
);

const Endpoint = z.object({
  id: z.string().regex(/^hook_[a-z0-9]{6}$/),
  url: z.url({ protocol: /^https?$/, error: 'is no http or https address' }).max(longestUrl),
  secret: z.string().regex(/^whsec_[A-Za-z0-9+/=]{32,}$/),
  types: Types,
  allow_private: z.boolean(),
  /** Commits that begin before this journal position are not told. */
  from: z.int().nonnegative(),
});
export type Endpoint = z.infer<typeof Endpoint>;

/** Where an endpoint stands. */
const Progress = z.object({
  /** Everything that begins before this journal position has been delivered. */
  position: z.int().nonnegative(),
  delivered: z.int().nonnegative(),
  delivered_at: z.string().nullable(),
  /** Attempts that have failed since, for the event that is next. */
  failures: z.int().nonnegative(),
  failure: z.string().nullable(),
  /** The receiver has said that it is gone: nothing is sent any more. */
  gone: z.boolean(),
});
export type Progress = z.infer<typeof Progress>;

const Configuration = z.object({ endpoints: z.array(Endpoint) });

/** Whether an endpoint that asks for `pattern` hears of `name`: `episode.completed`, `phase.*`, `*`. */
export function matches(pattern: string, name: string): boolean {
  return (
    pattern === '*' || pattern === name || (pattern.endsWith('.*') && name.startsWith(pattern.slice(0, -1)))
  );
}

/** A production's webhooks: `webhooks.json`, which holds their secrets and is its owner's alone, and how far each has come. */
export class Endpoints {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** @throws ProductionError `invalid_input` when the file is no list of endpoints. */
  list(): Endpoint[] {
    const read = readPlainFile(this.#path(), { largest: largestFile });
    if ('refused' in read) {
      if (read.refused === 'missing') return [];
      throw invalid(`it cannot be read: ${plainRefusalTexts[read.refused]}`);
    }
    let json: unknown;
    try {
      json = decodeJson(read.bytes);
    } catch {
      throw invalid('it is not JSON');
    }
    const parsed = Configuration.safeParse(json);
    if (parsed.success) return parsed.data.endpoints;
    const [issue] = parsed.error.issues;
    throw invalid(`${issue?.path.join('.')}: ${issue?.message}`);
  }

  /** @throws ProductionError `invalid_input`. */
  add(wanted: Pick<Endpoint, 'url' | 'types' | 'from'> & { allowPrivate: boolean }): Endpoint {
    const { url, types, from, allowPrivate } = wanted;
    const parsed = Endpoint.safeParse({
      id: `hook_${randomBytes(3).toString('hex')}`,
      url,
      secret: newSecret(),
      types,
      allow_private: allowPrivate,
      from,
    });
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw invalidField(String(issue?.path[0]), issue?.message ?? '');
    }
    if (!allowPrivate && !url.startsWith('https:'))
      throw invalidField(
        'url',
        'is not https, which only an address of your own network may be: --allow-private',
      );
    this.#save([...this.list(), parsed.data]);
    return parsed.data;
  }

  /** Takes an endpoint out; false when there is none of this id. */
  remove(id: string): boolean {
    const list = this.list();
    const left = list.filter((endpoint) => endpoint.id !== id);
    if (left.length === list.length) return false;
    this.#save(left);
    removeQuietly(nodeDisk, this.#progressPath(id));
    return true;
  }

  /** A file that is missing or damaged means: from the start, again. Receivers know events that they have by their id. */
  progress({ id, from }: Endpoint): Progress {
    const read = readPlainFile(this.#progressPath(id), { largest: largestFile });
    const start = {
      position: from,
      delivered: 0,
      delivered_at: null,
      failures: 0,
      failure: null,
      gone: false,
    };
    if ('refused' in read) return start;
    try {
      return Progress.parse(decodeJson(read.bytes));
    } catch {
      return start;
    }
  }

  /** `seeJournal` throws where the journal is another one by now. */
  saveProgress({ id }: Endpoint, progress: Progress, seeJournal?: () => void): void {
    const json = Buffer.from(`${JSON.stringify(progress, undefined, 2)}\n`);
    replaceFile(nodeDisk, this.#progressPath(id), [json], { seeJournal });
  }

  #save(endpoints: readonly Endpoint[]): void {
    const json = `${JSON.stringify({ endpoints }, undefined, 2)}\n`;
    replacePrivateFile(this.#path(), json);
  }

  #path(): string {
    return join(this.#directory, 'webhooks.json');
  }

  #progressPath(id: string): string {
    return join(this.#directory, `.webhook-${id}.json`);
  }
}

function invalid(why: string): ProductionError {
  return new ProductionError(
    'invalid_input',
    `webhooks.json: ${why}. Mend the file, or remove it and add the webhooks again.`,
    {
      field: 'webhooks.json',
    },
  );
}

function invalidField(field: string, why: string): ProductionError {
  return new ProductionError('invalid_input', `${field} ${why}.`, { field });
}
