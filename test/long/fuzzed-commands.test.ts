import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { catalog } from '../../src/cli/catalog.js';
import { exits } from '../../src/cli/exit-codes.js';
import { tries, toldProduction } from '../fuzz/told-production.js';
import { run } from '../support/cli.js';
import { expectSound, openProduction } from '../support/production.js';

/** Those that end by themselves. */
const commands = catalog.filter(
  ({ name }) => !['studio', 'inspect', 'watch', 'produce', 'resume', 'mcp'].includes(name),
);

const word = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      'ep_001',
      '1',
      '2',
      '3',
      'research',
      'script',
      'audio',
      'complete',
      'active',
      'total',
      '0.01',
      '5',
    ),
  },
  fc.constantFrom(
    '',
    ' ',
    '-1',
    '0',
    '1e999',
    'NaN',
    '0.0000001',
    '9'.repeat(400),
    '../../etc/passwd',
    '/',
    '.',
    '--',
    '-',
    '__proto__',
    'constructor',
    'null',
    '{}',
    '[1]',
    '%s',
    '$(id)',
    '\u202eabc',
    '\ud800',
    'ep_999',
    'ep_001_20250101_000000',
    '🎙',
    'a'.repeat(5000),
  ),
  fc.string({ maxLength: 20 }).map((text) => text.replaceAll('\0', '')),
);

/** A command, mostly with as many words as it takes, and options that it knows. */
const line = fc.nat(commands.length - 1).chain((n) => {
  const { name = '', usage = '', options: known = [] } = commands[n] ?? {};
  const places = usage
    .split(' ')
    .filter((each) => each !== '')
    .map((place) =>
      place.includes('episode')
        ? fc.oneof(
            { weight: 4, arbitrary: fc.constantFrom('1', '2', 'ep_003') },
            { weight: 1, arbitrary: word },
          )
        : word,
    );
  const option = known
    .map(([flag]) => flag)
    .filter((flag) => flag !== '--confirm')
    .map((flag) =>
      fc.tuple(fc.constant(flag.split(' ')[0] ?? ''), flag.includes('<') ? word : fc.constant(undefined)),
    );
  const rarely = <Value>(value: Value, otherwise: fc.Arbitrary<Value>): fc.Arbitrary<Value> =>
    fc.oneof({ weight: 9, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: otherwise });
  return fc.record({
    name: rarely(name, word),
    words: fc
      .tuple(fc.tuple(...places), rarely<string[]>([], fc.array(word, { maxLength: 2 })))
      .map(([due, more]) => [...due, ...more]),
    options:
      option.length > 0
        ? fc.uniqueArray(fc.oneof(...option), { maxLength: option.length, selector: ([flag]) => flag })
        : fc.constant<[string, string | undefined][]>([]),
    json: fc.boolean(),
  });
});

test('given any words and options, when a command is run, then it ends as documented, in one object with --json, and never with a stack', async () => {
  const { directory } = await toldProduction();
  const codes = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(line, async ({ name, words, options, json }) => {
      const args = [
        name,
        ...words,
        ...options.flatMap(([flag, value]) => (value === undefined ? [flag] : [flag, value])),
        ...(json ? ['--json'] : []),
      ];
      const { code, stdout, stderr } = await run(directory, ...args);
      expect(Object.values(exits)).toContain(code);
      codes.set(code ?? -1, (codes.get(code ?? -1) ?? 0) + 1);
      expect(`${stdout}\n${stderr}`).not.toMatch(
        /\n\s+at .*:\d+:\d+|machine_broken|TypeError|RangeError|\[object Object\]/,
      );
      // After a bare -- an option is a word.
      const isJson =
        json && !words.includes('--') && !options.some(([, value]) => value === '--') && code !== null;
      const texts = isJson && !args.includes('--help') ? [stdout] : [];
      for (const text of texts) expect(JSON.parse(text)).toBeTypeOf('object');
      expect(code === exits.done || stderr.length + stdout.length > 10).toBe(true);
    }),
    tries(200),
  );
  process.stdout.write(`commands by exit code: ${JSON.stringify(Object.fromEntries(codes))}\n`);
  expect([...codes.keys()]).toEqual(expect.arrayContaining([exits.done, exits.usage, exits.notFound]));
  await expectSound(await openProduction(directory));
}, 900_000);
