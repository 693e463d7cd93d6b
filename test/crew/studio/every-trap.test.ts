import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const here = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

/** Each trap that was found in what providers answer and bill, and the test that falls into it: its file, and as much of its title as names it. */
const traps: [trap: string, file: string, title: string][] = [
  [
    'no usage, and a table that says 0',
    'traps.test.ts',
    'no usage: the whole reservation counts, and is marked estimated',
  ],
  ['no usage for a text that was written', 'traps.test.ts', 'a text without a token is no usage'],
  [
    'a model that the table has no price for',
    'traps.test.ts',
    'a model that no table prices: refused before the call',
  ],
  ['sonar-pro without its provider', 'prices.test.ts', "['openai:sonar-pro', 'text' as const]"],
  ['tts-1 has no public price', 'prices.test.ts', "['openai:tts-1', 'speech' as const]"],
  ['ElevenLabs has no public price', 'prices.test.ts', "['elevenlabs:eleven_v3', 'speech' as const]"],
  [
    'a public price of nothing',
    'prices.test.ts',
    'given a price of nothing in the public table, then it is no price',
  ],
  ['cached tokens above input', 'prices.test.ts', "['cached tokens above input'"],
  [
    'raw Anthropic excludes cached tokens',
    'traps.test.ts',
    'cached tokens: raw Anthropic excludes them, the total includes them',
  ],
  ['one-hour cache writes', 'traps.test.ts', 'one-hour cache writes are not priced as five-minute ones'],
  [
    'web-search fees',
    'traps.test.ts',
    'web searches: Anthropic counts them in its metadata, with OpenAI each is a tool call',
  ],
  [
    'a service tier',
    'traps.test.ts',
    'a service tier stands only in the metadata: reserved at the full price',
  ],
  ['Perplexity through the AI SDK', 'search.test.ts', 'at the cost that Perplexity states'],
  ['OpenRouter’s cost', 'traps.test.ts', 'OpenRouter says the cost in its raw usage: it is preferred'],
  [
    'a truncated object',
    'traps.test.ts',
    'a truncated object carries usage: it is settled, then tried again',
  ],
  ['a refusal', 'traps.test.ts', 'a refusal: empty text, tokens billed'],
  ['<think> before JSON', 'traps.test.ts', 'words around JSON (%j) are repaired once, for free'],
  [
    'a cut stream',
    'traps.test.ts',
    'a cut stream loses its usage: where money is counted nothing is streamed',
  ],
  [
    'default retries',
    'traps.test.ts',
    'default retries: the SDK asks no more than the engine’s policy allows',
  ],
  [
    'prices are floats',
    'prices.test.ts',
    'given prices as floats, then a cost is rounded up to the micro-dollar once',
  ],
  [
    'a connection that ends after sending',
    'traps.test.ts',
    'a connection that is lost after sending: the call is held',
  ],
  ['half an answer', 'traps.test.ts', 'half an answer was billed like a whole one'],
  ['an error of errors', '../../machines/failures.test.ts', "the AI SDK's retries, by the last of them"],
  ['no object', '../../machines/failures.test.ts', "'no object'"],
  [
    'fetch failed, and its cause',
    '../../machines/failures.test.ts',
    "'fetch failed, for a refused connection'",
  ],
  ['429 that is an empty account', 'refusals.test.ts', 'OpenAI’s account is empty (insufficient_quota)'],
  ['429 that is a limit', 'refusals.test.ts', 'OpenAI’s rate limit'],
  ['529', 'refusals.test.ts', 'Anthropic, which is overloaded (529)'],
  ['no idempotency key: OpenAI', '../../long/studio-killed.test.ts', 'OpenAI has given no id yet'],
  [
    'no idempotency key: Anthropic',
    '../../long/studio-killed.test.ts',
    'Anthropic is asked, which has nothing to look it up by',
  ],
  ['no idempotency key: Perplexity', '../../long/studio-killed.test.ts', 'Perplexity has given no id yet'],
  [
    'ElevenLabs: limits of characters',
    'voice/split-text.test.ts',
    'given a script of 34,847 characters and a limit of %i, then it is %i requests',
  ],
  ['ElevenLabs: previous_request_ids', 'voice/elevenlabs.test.ts', 'request stitching: at most three ids'],
  ['ElevenLabs: v3 is not stitched', 'voice/elevenlabs.test.ts', 'stitching is not for v3'],
  [
    'ElevenLabs: cost of half a credit',
    'voice/elevenlabs.test.ts',
    'given a model that takes half a credit for a character',
  ],
  [
    'ElevenLabs: no character-cost',
    'voice/elevenlabs.test.ts',
    'no usage: given an answer without `character-cost`',
  ],
  ['ElevenLabs: two 429s', 'voice/elevenlabs.test.ts', 'two different 429s: too many at once is queued'],
  [
    'ElevenLabs: pacing',
    'voice/elevenlabs.test.ts',
    'pacing: as many at once as `maximum-concurrent-requests` says',
  ],
  [
    'ElevenLabs: PCM that needs a plan',
    'voice/elevenlabs.test.ts',
    'sound is asked for as every plan has it',
  ],
  ['ElevenLabs: history', 'voice/killed.test.ts', 'then the next one finds the call in the history'],
  [
    'OpenAI speech: no usage',
    'voice/openai-speech.test.ts',
    'given no usage is told, then speech is settled by its characters',
  ],
  [
    'OpenAI speech: 4,096 characters',
    'voice/openai-speech.test.ts',
    '4,096 characters a request: a longer line is several',
  ],
  [
    'parts are joined as samples, never as MP3',
    'voice/openai-speech.test.ts',
    'whose samples are joined, none more and none fewer',
  ],
];

test.each(traps)('given the trap "%s", then there is a test that falls into it', (_, file, title) => {
  const text = here(file);
  expect(text).toContain(title);
  expect(text).not.toMatch(/\b(?:test|describe)(?:\.\w+)*\.(?:skip|only|todo)\b/);
});
