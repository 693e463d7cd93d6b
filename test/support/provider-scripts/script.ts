/** How the provider and the way to it treat one call, in order of how far the call comes. */
const ways = [
  // Before anything is sent.
  'refused-connection',
  'unknown-host',
  'no-tls',
  'dropped-before-tls',
  // While it is sent, after that, and amid the answer.
  'cut-while-sending',
  'cut-after-sending',
  'cut-in-answer',
  'silent',
  // An answer that says no.
  ...([400, 401, 402, 403, 404, 408, 409, 422, 429, 500, 502, 503, 504] as const),
  'empty-account',
  // An answer that took money.
  'billed-failure',
  'no-json',
  'hides-cost',
  'lies',
  'dear',
  'fine',
  'well',
] as const;
export type Way = (typeof ways)[number];

/** Ways of which nobody knows what became of the call: it may have been done, and paid for. */
export const unknownWays: ReadonlySet<Way> = new Set<Way>([
  'cut-while-sending',
  'cut-after-sending',
  'cut-in-answer',
  'silent',
  408,
  409,
  504,
]);

/** Who makes the call: what of an error reaches the engine, and in which wrapping. */
const clients = ['plain', 'sdk', 'tries', 'nested', 'response'] as const;
/** The forms in which a provider asks to be left alone. */
const retryAfters = ['none', 'seconds', 'date', 'ms'] as const;
/** Costs that cannot be true. */
export const lies = ['NaN', -5, 'a lot', null, {}, '1e999', '0x10'] as const;

/** What happens to one call of a key. */
export interface Turn {
  way: Way;
  client: (typeof clients)[number];
  /** Headers as an object, `Headers` or a Map. */
  headers: 'object' | 'headers' | 'map';
  retryAfter: (typeof retryAfters)[number];
  /** Whether the work is done, where nobody can know. */
  isDone: boolean;
  lie: number;
  /** In micro-dollars, with a fraction where the way is `fine`. */
  price: number;
}

/** What the operation says of a call with an unknown outcome. */
export type Rule = 'ask' | 'look-up' | 'retry';

/** One paid call of the episode, and what happens to it each time that it is made. After the last turn all is well. */
export interface ScriptedKey {
  key: string;
  rule: Rule;
  turns: Turn[];
}

export const mostMicro = 100_000;

/** What happens to an episode's four calls, drawn from a seed. */
export function scriptOf(seed: number): ScriptedKey[] {
  const random = randomOf(seed);
  return ['a', 'b', 'c', 'd'].map((key) => {
    const rule = oneOf(random, ['ask', 'look-up', 'retry'] as const);
    const turns = Array.from({ length: Math.floor(random() * 4) }, () => turn(random, rule));
    return { key, rule, turns };
  });
}

/** The call that nothing happens to. */
export function wellTurn(price: number): Turn {
  return {
    way: 'well',
    client: 'plain',
    headers: 'object',
    retryAfter: 'none',
    isDone: true,
    lie: 0,
    price,
  };
}

function turn(random: () => number, rule: Rule): Turn {
  // What a failure has billed can be looked up by a person only: whoever dies amid it needs one.
  const possible = ways.filter((way) => rule === 'ask' || (way !== 'billed-failure' && way !== 'no-json'));
  const way = oneOf(random, possible);
  const whole = 1 + Math.floor(random() * mostMicro);
  const price =
    way === 'dear' ? mostMicro + whole : way === 'fine' ? whole / 2 + 0.29 : Math.min(whole, mostMicro);
  return {
    way,
    client: oneOf(random, clients),
    headers: oneOf(random, ['object', 'headers', 'map'] as const),
    retryAfter: oneOf(random, retryAfters),
    isDone: random() < 0.5,
    lie: Math.floor(random() * lies.length),
    // Where it says nothing true, the whole reservation counts: so much it takes.
    price: way === 'hides-cost' || way === 'lies' || way === 'no-json' ? mostMicro : price,
  };
}

function oneOf<T>(random: () => number, all: readonly T[]): T {
  return all[Math.floor(random() * all.length)] as T;
}

/** 0 to 1, the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
