import type { SpeechMood } from './fake-elevenlabs.js';
import type { ModelRequest, Reply } from './model-server.js';
import { billed, play } from './playing-model.js';
import { isInBackground, isLook, StoredResponses } from './stored-responses.js';

/** Where in a request a process is killed: before the provider has done anything, when it has and nothing was heard of it, or some time after it was answered. */
const places = ['before', 'amid', 'after'] as const;

const page = 'https://example.org/bees';
const found = ['dance', 'honey', 'queen'].map((word) => ({
  text: `The ${word} of the bee is old.`,
  url: page,
}));

/** What a search costs, in micro-dollars. */
const searchMicros = 31_251;

/** Voices that are billed to the micro-dollar: all but one that hides its cost. */
const badVoices: SpeechMood[] = [
  'busy',
  'too-many',
  'dropped',
  'cut',
  'truncated',
  'lost',
  'silent',
  'no-times',
];

type Fate = 'may come again' | 'answered' | 'unknown';

/**
 * Providers of a search, of text and of voices that refuse, babble, break their connections and are killed off amid a call, and whose bills are exact. Which of them does what is drawn
 * from `random`.
 */
export class MisbehavingProviders {
  readonly #random: () => number;
  readonly #fates = new Map<string, Fate>();
  readonly #searches = new Map<string, { looks: number; reply: Reply }>();
  readonly #stored = new StoredResponses();
  #requests = 0;
  #aim: { request: number; place: (typeof places)[number] } | undefined;
  #kill: () => void = () => {};
  /** Of searches and texts, in micro-dollars; voices have their own. */
  billed = { search: 0, text: 0 };
  /** Calls that were sent, and what the last one was billed. */
  sent = { search: 0, text: 0 };
  last = { search: 0, text: 0 };
  /** Requests that came again without leave. */
  repeated: string[] = [];

  constructor(random: () => number) {
    this.#random = random;
  }

  /** A process begins, and is killed by `kill` in one of its next requests. */
  aim(kill: () => void): void {
    this.#kill = kill;
    this.#aim = {
      request: this.#requests + 1 + this.roll(10),
      place: places[this.roll(places.length)] ?? 'amid',
    };
  }

  /** The process is over. */
  rest(): void {
    this.#aim = undefined;
    this.#kill = () => {};
  }

  /** A person has read the bill: calls of which nobody knew may be made again. */
  giveLeave(): void {
    for (const asked of this.#fates.keys()) this.#fates.set(asked, 'may come again');
  }

  roll(most: number): number {
    return Math.floor(this.#random() * most);
  }

  reply(request: ModelRequest): Reply {
    const place = this.#place();
    if (/\/agent\//.test(request.path)) return place === 'before' ? 'cut' : this.#look(request);
    if (isLook(request)) return place === 'before' ? 'cut' : this.#lookAtAnswer(request);
    const kind = request.path.endsWith('/agent') ? 'search' : 'text';
    const asked = JSON.stringify([request.path, request.body]);
    if ((this.#fates.get(asked) ?? 'may come again') !== 'may come again') this.repeated.push(asked);
    this.sent[kind] += 1;
    this.last[kind] = 0;
    this.#fates.set(asked, 'unknown');
    if (place === 'before') return 'cut';
    const dice = place ? 1 : this.#random();
    const refused = dice < 0.06 ? 429 : dice < 0.12 ? 503 : undefined;
    if (refused !== undefined) {
      this.#fates.set(asked, 'may come again');
      return { body: { error: { message: 'not now' } }, status: refused };
    }
    if (dice < 0.15) return 'cut';
    const { micros, isGarbage, ...reply } =
      kind === 'search' ? this.#beginSearch(dice < 0.22) : this.#text(request, dice < 0.22);
    this.billed[kind] += micros;
    this.last[kind] = micros;
    if (dice > 0.97 || place === 'amid') return 'cut';
    this.#fates.set(asked, isGarbage ? 'may come again' : 'answered');
    return reply;
  }

  /** What the voice does with its next request. */
  mood(): SpeechMood {
    const place = this.#place();
    if (place === 'before') return 'lost';
    if (place === 'amid') return 'hangs';
    return this.#random() < 0.25 ? (badVoices[this.roll(badVoices.length)] ?? 'well') : 'well';
  }

  /** Kills the process, if it is its turn. */
  #place(): (typeof places)[number] | undefined {
    this.#requests += 1;
    if (this.#aim?.request !== this.#requests) return undefined;
    const { place } = this.#aim;
    const kill = this.#kill;
    if (place === 'after') setTimeout(kill, this.roll(25));
    else kill();
    return place;
  }

  /** A search that fails is billed as one that ends well. */
  #beginSearch(fails: boolean): { body: object; micros: number; isGarbage: boolean } {
    const id = `resp_search_${String(this.#searches.size + 1)}`;
    const begun = { id, object: 'response', status: 'queued', output: [] };
    const text = JSON.stringify({ findings: found });
    const output = [
      { type: 'search_results', results: [{ id: 1, url: page, title: 'The dance', snippet: 'A bee …' }] },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] },
    ];
    const usage = { cost: { currency: 'USD', total_cost: searchMicros / 1e6 } };
    const ended = { ...begun, status: fails ? 'failed' : 'completed', output: fails ? [] : output, usage };
    this.#searches.set(id, { looks: this.roll(3), reply: { body: ended } });
    return { body: begun, micros: searchMicros, isGarbage: fails };
  }

  #look({ path }: ModelRequest): Reply {
    const search = this.#searches.get(path.split('/').at(-1) ?? '');
    if (!search) return { body: { error: { message: 'not found' } }, status: 404 };
    const amiss = this.#lookAmiss();
    if (amiss) return amiss;
    search.looks -= 1;
    if (search.looks < 0) return search.reply;
    return { body: { id: path.split('/').at(-1), object: 'response', status: 'in_progress', output: [] } };
  }

  #lookAtAnswer(request: ModelRequest): Reply {
    return this.#lookAmiss() ?? this.#stored.look(request);
  }

  /** What goes wrong with a look that costs nothing. */
  #lookAmiss(): Reply | undefined {
    const dice = this.#random();
    if (dice < 0.1) return 'cut';
    return dice < 0.2 ? { body: { error: { message: 'not now' } }, status: 503 } : undefined;
  }

  /** An answer, or in the background its id. */
  #text(request: ModelRequest, isGarbage: boolean): { body: object; micros: number; isGarbage: boolean } {
    const text = textFor(request, isGarbage);
    return isInBackground(request) ? { ...text, ...this.#stored.begin(text.body, this.roll(3)) } : text;
  }
}

function textFor(
  request: ModelRequest,
  isGarbage: boolean,
): { body: object; micros: number; isGarbage: boolean } {
  return { ...billed(request, isGarbage ? { lines: 'none' } : play(request).answer), isGarbage };
}
