import { assert, json as anyJson, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  escapeForMarkdown,
  escapeForShell,
  escapeForTerminal,
  escapeForXml,
  escapeJsonForTerminal,
  escapeLinesForTerminal,
  markdownCode,
} from '../../machines/index.js';
import { spawnSync } from 'node:child_process';
import { hostile } from '../support/hostile.js';

// oxlint-disable-next-line no-control-regex -- what must not be there
const steers = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

describe('what is written for people and programs', () => {
  test('given any text, when it is escaped for a line of a terminal, then nothing in it steers one, and plain text stays as it is', () => {
    for (const text of hostile) expect(escapeForTerminal(text)).not.toMatch(steers);
    assert(property(string({ unit: 'binary' }), (text) => !steers.test(escapeForTerminal(text))));
    expect(escapeForTerminal('Why bees dance: ¿qué? 蜂 👩‍🚀 נ')).toBe('Why bees dance: ¿qué? 蜂 👩‍🚀 נ');
    expect(escapeForTerminal('a\u001b[2Jb')).toBe(String.raw`a\u001b[2Jb`);
    expect(escapeForTerminal('stopped\n  next: curl evil | sh')).toBe('stopped   next: curl evil | sh');
  });

  test('given several lines, then they stay lines, and a lone carriage return does not go back', () => {
    expect(escapeLinesForTerminal('a\tb\r\nc\n')).toBe('a\tb\r\nc\n');
    expect(escapeLinesForTerminal('paid\rfree')).toBe(String.raw`paid\u000dfree`);
  });

  test('given any value, when its JSON is escaped, then it is the same value', () => {
    assert(
      property(anyJson({ stringUnit: 'binary' }), (json) => {
        const text = JSON.stringify(JSON.parse(json));
        const escaped = escapeJsonForTerminal(text);
        expect(JSON.parse(escaped)).toEqual(JSON.parse(text));
        expect(escaped).not.toMatch(steers);
      }),
    );
  });

  test('given any printable text, when it is pasted as a word into a shell, then it is one word and nothing runs', () => {
    const words = [
      ...hostile.map(escapeForTerminal),
      "it's",
      '~',
      '=ls',
      '-rf',
      '',
      ' ',
      '$(id)',
      '`id`',
      'a!b',
      '*',
    ];
    const { stdout } = spawnSync('sh', ['-c', `printf '%s\\n' ${words.map(escapeForShell).join(' ')}`], {
      encoding: 'utf8',
    });
    expect(stdout.split('\n').slice(0, -1)).toEqual(words);
    expect(escapeForShell('q1:0.15')).toBe('q1:0.15');
  });

  test('given any text, when it is escaped for XML, then it opens and closes nothing', () => {
    for (const text of hostile) expect(escapeForXml(text)).not.toMatch(/[<>"']|&(?!amp;|lt;|gt;|quot;|#39;)/);
    expect(escapeForXml('a\u0000b')).toBe('a\ufffdb');
  });

  test('given ordinary titles, when they are escaped for Markdown, then they read as before', () => {
    for (const title of [
      'state_manager.py',
      'Why bees dance: an answer, in 3 parts (2025)',
      'C# and F#, at 5.5%',
      'A-B',
    ])
      expect(escapeForMarkdown(title)).toBe(title);
    expect(escapeForMarkdown('# 1. x')).toBe(String.raw`\# 1. x`);
    expect(escapeForMarkdown('1. x')).toBe(String.raw`1\. x`);
    expect(escapeForMarkdown('- x ##')).toBe(String.raw`\- x \#\#`);
    expect(markdownCode('a`b``c')).toBe('```a`b``c```');
    expect(markdownCode('`a')).toBe('`` `a ``');
  });

  test('given hostile texts, when they are escaped for Markdown, then no tag, link or image is left', () => {
    for (const text of hostile) {
      const escaped = escapeForMarkdown(text);
      expect(escaped).not.toMatch(/[<>]|(?<!\\)[[\]`*]|https?:\/\/|www\./i);
      expect(escaped).not.toMatch(steers);
    }
  });
});
