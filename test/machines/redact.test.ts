import { describe, expect, test } from 'vitest';
import { makeRedactor, secretsIn } from '../../machines/index.js';
import { placesOfKeys } from '../../machines/secret-places.js';
import { planted } from '../support/planted.js';

describe('what is taken out before it is kept or shown', () => {
  test('given a key of each documented form, in an error, data or JSON, then it is gone, and what stands around it is there', () => {
    const { message, data } = makeRedactor();
    for (const secret of planted) {
      for (const [before, after] of [
        ['401 Incorrect API key provided: ', '. Find yours at https://example.com/keys'],
        ['{"error":{"message":"bad key ', '"}}'],
        ['key=', '&model=x'],
      ] as const) {
        const text = `${before}${secret}${after}`;
        expect(data(text)).toBe(`${before}[redacted]${after}`);
        expect(message(text)).not.toContain(secret);
      }
    }
  });

  test('given keys between signs of any kind, in any order, then each is gone, wherever the text has room for one', () => {
    const { message, data } = makeRedactor(['named-secret']);
    const around = [
      ' ',
      '"',
      '\n',
      '=',
      '/',
      '+',
      '.',
      '~',
      'é',
      '?key=',
      ': ',
      '',
      ' is ',
      'aaaaaaaaaaaaaa ',
      '(',
    ];
    const texts = around.flatMap((before, turn) =>
      [...planted, 'named-secret'].map((secret, place) => {
        const after = around[(turn + place) % around.length] ?? '';
        return { secret, text: `${before}${secret}${after}${' of words'.repeat(place)}` };
      }),
    );
    const isWhole = ({ secret, text }: { secret: string; text: string }): boolean =>
      data(text).includes(secret) || message(text).includes(secret);
    expect(texts.filter(isWhole)).toEqual([]);
    // And all of them in one.
    const all = data(texts.map(({ text }) => text).join(' '));
    expect([...planted, 'named-secret'].filter((secret) => all.includes(secret))).toEqual([]);
  });

  test('given texts in which there is no room for a key, then nothing is looked for in them, and every stretch that has room is looked at', () => {
    expect(placesOfKeys('Bees dance to tell their sisters where food is. '.repeat(1000))).toEqual([]);
    const stretch = 'a'.repeat(15);
    for (const before of ['', ' ', 'aaaa ', 'aaaaaaaaaaaaaa é', '"aaaaaaa" '])
      expect(placesOfKeys(`${before}${stretch} ${stretch}b`)).toEqual([
        [before.length, before.length + 15],
        [before.length + 16, before.length + 32],
      ]);
    expect(placesOfKeys('a'.repeat(14))).toEqual([]);
  });

  test('given what only looks like a secret, then errors lose it and data keep it, since it may be a hash', () => {
    const { message, data } = makeRedactor();
    const random = 'Zk3PqvW8sYt1LmNb6RcXh0JdUfGa2eQo';
    expect(message(`token ${random} was refused`)).toBe('token [redacted] was refused');
    expect(data(`{"id":"${random}"}`)).toContain(random);
    expect(message('xi-api-key: 0123456789abcdef0123456789abcdef')).toBe('xi-api-key: [redacted]');
    expect(message('Authorization: Bearer abc.def-123')).toBe('Authorization: [redacted]');
    expect(message('GET https://me:pass9word@api.example/v1?key=abc123def&n=1')).toBe(
      'GET https://[redacted]@api.example/v1?key=*********&n=1',
    );
  });

  test('given ordinary texts, then they stay as they are', () => {
    const { message } = makeRedactor();
    for (const text of [
      'ep_001_20250903_143022: research failed after 3 attempts (429, request req_011CSHoEeqs5C35K2UUqR7Fy)',
      'Unexpected token < in JSON at position 0',
      'sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 differs from what was recorded',
      'the task-force risk-assessment-of-many-things and ask_me_anything_you_like',
      '/home/me/productions/a-very-long-folder-name-without-any-capital-letters/state.json is not a file',
      'key: is a reserved word.',
    ])
      expect(message(text)).toBe(text);
  });

  test('given an environment, then variables named as secrets and SHOWRUNNER_REDACT are known, paths and short values are not', () => {
    const secrets = secretsIn({
      SHOWRUNNER_REDACT: 'plain-word, other word\nthird',
      MISTRAL_API_KEY: 'h7HkPPqqLmZx',
      GOOGLE_APPLICATION_CREDENTIALS: '/home/me/key.json',
      SHORT_KEY: 'abc',
      HOME: '/home/me-and-my-dog',
    });
    expect(secrets).toEqual(['plain-word', 'other word', 'third', 'h7HkPPqqLmZx']);
    const { data } = makeRedactor([...secrets, 'with "quotes"\n']);
    expect(data('a plain-word, h7HkPPqqLmZx')).toBe('a [redacted], [redacted]');
    expect(JSON.parse(data(JSON.stringify({ a: 'x with "quotes"\n y' })))).toEqual({ a: 'x [redacted] y' });
  });

  test('given a megabyte that is made to be slow, then it takes no longer than as much of plain text', () => {
    const { message } = makeRedactor(['a'.repeat(20)]);
    const plain = took(() => message('some words of an error, '.repeat(40_000)));
    for (const part of [
      'sk-',
      'eyJ-',
      'eyJaaaaaaaa.',
      'Bearer ',
      'token: ',
      '://a:',
      '-----BEGIN ',
      'api_key',
      'a'.repeat(19) + ' ',
      '=',
      '://',
    ])
      expect(
        took(() => message(part.repeat(Math.ceil(1e6 / part.length)))) / Math.max(plain, 50),
        part,
      ).toBeLessThan(40);
  });
});

function took(work: () => unknown): number {
  const at = performance.now();
  work();
  return performance.now() - at;
}
