// What a page of the docs tells somebody to do, in order: its fenced blocks, and the commands in its sentences.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {{ kind: 'block', line: number, language: string, text: string }} Block
 * @typedef {{ kind: 'said', line: number, text: string }} Said
 */

/** @returns {(Block | Said)[]} */
export function readPage(root, page, names) {
  const found = [];
  let open;
  for (const [index, text] of readFileSync(join(root, page), 'utf8').split('\n').entries()) {
    const fence = /^\s*```(\w*)\s*$/.exec(text);
    if (fence && open) {
      found.push(open);
      open = undefined;
    } else if (fence) open = { kind: 'block', line: index + 1, language: fence[1], text: '' };
    else if (open) open.text += `${text}\n`;
    else
      for (const [, code] of text.matchAll(/`([^`]+)`/g))
        if (isCommand(code, page, names)) found.push({ kind: 'said', line: index + 1, text: code });
  }
  return found;
}

/** What is to be typed: `show 1` is, on the page of the command line. */
function isCommand(code, page, names) {
  if (
    /^(?:(?:npx )?showrunner [\w-]|npm (?:run|test|start|ci|install)\b|source <\(|[A-Z_]+=\S+ npx )/.test(
      code,
    )
  )
    return true;
  const [first, ...rest] = code.split(' ');
  return page.endsWith('command-line.md') && names.includes(first) && rest.length > 0;
}

/** What is typed in a block, each with the output that is shown under it. Without prompts every line is typed. */
export function typedIn(text) {
  const lines = text.split('\n').filter((line) => line !== '');
  if (!lines.some((line) => line.startsWith('$ '))) return lines.map((command) => ({ command, shown: [] }));
  const typed = [];
  for (const line of lines)
    if (line.startsWith('$ ')) typed.push({ command: line.slice(2), shown: [] });
    else typed.at(-1)?.shown.push(line);
  return typed;
}
