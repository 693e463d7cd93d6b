import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Production } from '../production/index.js';
import type { Committed, CommitsAfter } from '../record/index.js';
import { cloudEventsOf, type CloudEvent, type EventName } from './cloud-event.js';
import { matches, type Endpoint, type Endpoints, type Progress } from './endpoints.js';
import { post, type PostAnswer } from './post.js';
import { signedHeaders } from './signature.js';

export interface DeliveryOptions {
  production: Production;
  endpoints: Endpoints;
  signal: AbortSignal;
  /** Ends when everything that was committed at its start is delivered, or has failed once. */
  once?: boolean;
  /** How long the first wait after a failure is; each further one is twice as long. Milliseconds, default 1,000. */
  firstWaitMs?: number;
  note: (text: string) => void;
}

/** What a delivery came to, for each endpoint. */
export type Delivered = { endpoint: Endpoint; progress: Progress }[];

const commitsAtOnce = 200;
const longestWaitMs = 10 * 60_000;
const answerWithinMs = 15_000;
const lookAgainMs = 5_000;
// A receiver may ask for an hour; for a year, it is not believed.
const longestAskedMs = 60 * 60_000;

/**
 * Tells every endpoint of every commit, in order and at least once, from the journal and its own position there: a sender that was killed, and a
 * receiver that was down for a week, miss nothing. Endpoints do not wait for each other, and the production for none. Commits of all processes
 * count. Resolves when `signal` is aborted, or with `once` when there is no more.
 */
export async function deliver(options: DeliveryOptions): Promise<Delivered> {
  const { production, endpoints, signal, once = false, note } = options;
  const courses = new Map<string, { course: Course; running: Promise<void> }>();
  production.follow();
  for (;;) {
    // Whoever goes on tells what there is while a log is away, and the rest when it is back.
    await (once ? production.asOnDisk() : production.asShown());
    const wanted = new Map(endpoints.list().map((endpoint) => [JSON.stringify(endpoint), endpoint]));
    for (const [key, { course }] of courses) if (!wanted.has(key)) course.stop();
    for (const [key, endpoint] of wanted) {
      if (courses.has(key)) continue;
      const course = new Course(endpoint, options);
      const running = course.run().catch((error: unknown) => {
        // What stopped it (a full disk) may be over when it is begun anew.
        courses.delete(key);
        note(`webhook ${endpoint.id}: ${(error as Error).message}`);
      });
      courses.set(key, { course, running });
    }
    if (once || signal.aborted) break;
    await pause(lookAgainMs, signal);
  }
  await Promise.all([...courses.values()].map(({ running }) => running));
  return endpoints.list().map((endpoint) => ({ endpoint, progress: endpoints.progress(endpoint) }));
}

/** One endpoint's way through the journal. */
class Course {
  readonly #options: DeliveryOptions;
  readonly #endpoint: Endpoint;
  readonly #over = new AbortController();
  readonly #signal: AbortSignal;
  readonly #reader: CommitsAfter;
  readonly #source: string;
  #progress: Progress;

  constructor(endpoint: Endpoint, options: DeliveryOptions) {
    this.#endpoint = endpoint;
    this.#options = options;
    this.#source = sourceOf(options.production.directory);
    this.#signal = AbortSignal.any([options.signal, this.#over.signal]);
    this.#progress = options.endpoints.progress(endpoint);
    this.#reader = options.production.commitsAfter(this.#progress.position);
  }

  stop(): void {
    this.#over.abort();
  }

  async run(): Promise<void> {
    const { production, once } = this.#options;
    const upTo = once ? production.position : undefined;
    while (!this.#signal.aborted && !this.#progress.gone) {
      const end = upTo ?? production.position;
      const commits = this.#reader.next(commitsAtOnce, end);
      for (const commit of commits) {
        if (!(await this.#tell(commit))) return;
      }
      if (commits.length > 0) continue;
      if (once) return;
      await moreThan(production, end, this.#signal);
      await production.asShown();
    }
  }

  /** False when the rest has to wait for another time. */
  async #tell(commit: Committed): Promise<boolean> {
    const events = cloudEventsOf(commit, this.#source).filter(({ name }) => this.#asksFor(name));
    for (const { name: _name, ...event } of events) if (!(await this.#send(event))) return false;
    this.#note({ position: commit.end }, events.length > 0);
    return true;
  }

  #asksFor(name: EventName): boolean {
    return this.#endpoint.types.some((pattern) => matches(pattern, name));
  }

  /** Tries until it is received; false when it will not be by this course. */
  async #send(event: CloudEvent): Promise<boolean> {
    const { once, production } = this.#options;
    for (let attempt = 0; !this.#signal.aborted; attempt += 1) {
      const answer = await sendOnce(this.#endpoint, event, this.#signal);
      if (this.#signal.aborted) return false;
      if (isReceived(answer)) {
        const delivered = this.#progress.delivered + 1;
        this.#note({ delivered, delivered_at: production.now(), failures: 0, failure: null }, false);
        return true;
      }
      this.#failed(answer);
      if (this.#progress.gone || once) return false;
      await pause(this.#waitMs(attempt, answer), this.#signal);
    }
    return false;
  }

  #failed(answer: PostAnswer): void {
    const failure = failureOf(answer);
    const gone = 'status' in answer && answer.status === 410;
    if (this.#progress.failures === 0 || gone)
      this.#options.note(
        `webhook ${this.#endpoint.id}: ${failure}${gone ? ' (gone): nothing more is sent to it' : '; it is tried again'}`,
      );
    this.#note({ failures: this.#progress.failures + 1, failure, gone }, true);
  }

  #waitMs(attempt: number, answer: PostAnswer): number {
    const { firstWaitMs = 1_000 } = this.#options;
    const asked = 'status' in answer ? Math.min(answer.retryAfterMs ?? 0, longestAskedMs) : 0;
    return Math.max(asked, Math.min(firstWaitMs * 2 ** attempt, longestWaitMs));
  }

  /** What is known of the endpoint; on disk where `isKept`. What is only counted is kept with the next position. */
  #note(news: Partial<Progress>, isKept: boolean): void {
    this.#progress = { ...this.#progress, ...news };
    const { endpoints, production } = this.#options;
    if (isKept) endpoints.saveProgress(this.#endpoint, this.#progress, () => production.seeJournal());
  }
}

/** Sends an event to an endpoint, signed; never rejects. */
function sendOnce(endpoint: Endpoint, event: CloudEvent, signal: AbortSignal): Promise<PostAnswer> {
  const { secret, url, allow_private: allowPrivate } = endpoint;
  const body = JSON.stringify(event);
  const headers = {
    'content-type': 'application/cloudevents+json; charset=utf-8',
    'user-agent': 'showrunner',
    ...signedHeaders({ id: event.id, body, secret }, Date.now()),
  };
  return post({ url, headers, body, allowPrivate, timeoutMs: answerWithinMs, signal });
}

const isReceived = (answer: PostAnswer): boolean =>
  'status' in answer && answer.status >= 200 && answer.status < 300;

const failureOf = (answer: PostAnswer): string =>
  'status' in answer ? `it answered ${answer.status}` : answer.failure.slice(0, 300);

/**
 * Sends an endpoint an event that tells nothing (`dev.showrunner.webhook.test.v1`), signed as all are; whatever comes of it, what is delivered and
 * what is next stay as they are. Gives why it was not received; undefined when it was.
 */
export async function sendTest(
  production: Pick<Production, 'directory' | 'now'>,
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<string | undefined> {
  const time = production.now();
  const answer = await sendOnce(
    endpoint,
    {
      specversion: '1.0',
      id: `test.${Date.parse(time)}`,
      source: sourceOf(production.directory),
      type: 'dev.showrunner.webhook.test.v1',
      time,
      datacontenttype: 'application/json',
      data: { webhook: endpoint.id, types: endpoint.types },
    },
    signal,
  );
  return isReceived(answer) ? undefined : failureOf(answer);
}

const sourceOf = (directory: string): string => `/showrunner/${encodeURIComponent(basename(directory))}`;

/** Resolves when the production has more than was delivered, or the signal is aborted. */
function moreThan(production: Production, position: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted || production.position > position) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      stop();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const stop = production.onCommit(done);
    signal.addEventListener('abort', done, { once: true });
  });
}

/** Waits, unless the signal is aborted first. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}
