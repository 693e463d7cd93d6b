import { asData } from './findings-text.js';
import { Polish, type Line } from './shapes.js';
import type { Ask } from './writers.js';

/** Lines as they sound better: a change that brings a number or a name that was not there before is not taken. */
export async function polish(ask: Ask, lines: readonly Line[]): Promise<{ lines: Line[]; polished: number }> {
  const { lines: changes } = await ask({
    step: 'polish',
    text: lines
      .map(({ speaker, text }, index) => {
        return `<line number="${String(index + 1)}" speaker="${speaker}">${asData(text)}</line>`;
      })
      .join('\n'),
    schema: Polish,
    outputTokens: 1000 + 40 * lines.length,
  });
  const better = new Map(changes.map(({ line, text }) => [line, text]));
  let polished = 0;
  const heard = lines.map((line, index) => {
    const text = better.get(index + 1);
    if (text === undefined || text === line.text || addsFacts(line.text, text)) return line;
    polished += 1;
    return { ...line, text };
  });
  return { lines: heard, polished };
}

/** Numbers, names and denials carry what was checked: none may come in, and no number or denial may go. */
function addsFacts(before: string, after: string): boolean {
  const [known, said] = [wordsOf(before), wordsOf(after)];
  const knownSmall = new Set([...known].map(({ word }) => word.toLowerCase()));
  const saidSmall = new Set([...said].map(({ word }) => word.toLowerCase()));
  const isNew = said.some(({ word, opens }) => {
    if (knownSmall.has(word.toLowerCase())) return false;
    // The first word of a sentence has a capital in any case.
    if (opens) return !openers.has(word.toLowerCase());
    return /\d/u.test(word) || /^\p{Lu}/u.test(word) || absolute.test(word);
  });
  const isLost = [...knownSmall].some(
    (word) => (/\d/u.test(word) || denial.test(word)) && !saidSmall.has(word),
  );
  return isNew || isLost;
}

const denial = /^(?:not|no|never|none)$|n['’]t$/u;
const absolute = /^(?:not|no|never|none|all|every|only|always)$|n['’]t$/u;

/** With these a sentence may begin anew without naming anything. */
const openers = new Set(
  `a an and as at because but for from here how i if in it its now of on or right so that the their them then there these they this those to
  we well what when where which while who why with yes you`.split(/\s+/u),
);

function wordsOf(text: string): { word: string; opens: boolean }[] {
  return text.split(/(?<=[.?!])\s/u).flatMap((sentence) =>
    (sentence.match(/[\p{L}\d'’-]+(?:[.,]\d+)*/gu) ?? []).map((word, index) => ({
      word,
      opens: index === 0,
    })),
  );
}
