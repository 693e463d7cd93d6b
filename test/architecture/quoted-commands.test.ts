import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { sources } from './rooms.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A command that somebody may paste into a shell, with something in it. */
const command = /\b(?:showrunner|chmod|rm|mv|cp) [a-z][a-z -]*(?:[^`"'\n;]|\$\{[^}]*\})*/g;

/** What has no sign in it that a shell knows: ids, names of phases and of our commands, amounts and numbers that were checked. */
const plain =
  /^(?:id|sessionId|(?:this\.#|context\.|endpoint\.)(?:sessionId|id)|number|host|scope|amount|earlier|phase|checkpoint\.name|command\.name|why|untilMs|path|need === 'daily_stop' \? 'day' : 'total')$/;
/** What is quoted already, or follows the command and is no part of it. */
const quoted =
  /^(?:escapeForShell\(|keyWord\(|words$|first === '<answer>' \?|\[act, (?:path|target)\]|eventNames)/;

test('given a text with a command to type, then each word in it that is not known to be plain is quoted for the shell', () => {
  const found = [...sources('machines'), ...sources('src')].flatMap((file) =>
    [...readFileSync(`${root}${file}`, 'utf8').matchAll(command)].flatMap(([text]) =>
      [...text.matchAll(/\$\{((?:[^{}]|\{[^}]*\})*)\}/g)]
        .map(([, expression = '']) => expression)
        .filter((expression) => !plain.test(expression) && !quoted.test(expression))
        .map((expression) => `${file}: ${text.slice(0, 60)}… ${expression}`),
    ),
  );
  expect(found).toEqual([]);
});
