import { expect, test } from 'vitest';
import {
  classifyError,
  escapeForMarkdown,
  escapeForShell,
  escapeForTerminal,
  escapeForXml,
  escapeJsonForTerminal,
  escapeLinesForTerminal,
  makeRedactor,
  markdownCode,
  messageOf,
  parseName,
  parseSessionId,
  secretsIn,
} from '../../machines/index.js';
import { parseHookCall } from '../../src/agents/hooks/hook-call.js';
import { objectsOf, saysFailed, statedCost } from '../../src/agents/hooks/stated-cost.js';
import { pronounced } from '../../src/crew/offline/audio/pronounced.js';
import { webVtt, subRip } from '../../src/crew/audio/captions.js';
import { oneLine } from '../../src/crew/offline/research/blocks.js';
import { decodeText } from '../../src/crew/offline/research/decode-text.js';
import { styledNames } from '../../src/crew/offline/research/hidden-words.js';
import { lineEnd, mayEnd, settleLineEnds } from '../../src/crew/offline/research/join-lines.js';
import {
  doubtIn,
  withoutForeignMarks,
  withoutMarks,
  withoutSeams,
} from '../../src/crew/offline/research/marks.js';
import { markdownPieces } from '../../src/crew/offline/research/markdown-pieces.js';
import { readText } from '../../src/crew/offline/research/read-text.js';
import {
  continuesPrevious,
  easeOfListening,
  needsContext,
  unfitReason,
} from '../../src/crew/offline/research/sentence-fitness.js';
import { cutSentences } from '../../src/crew/offline/research/sentences.js';
import { namesIn, sayableHeading } from '../../src/crew/offline/research/theme-title.js';
import { plainHeading } from '../../src/crew/offline/research/walk-html.js';
import { sayAbbreviations } from '../../src/crew/offline/script/say-abbreviations.js';
import { sayMoney } from '../../src/crew/offline/script/say-money.js';
import { sayNames } from '../../src/crew/offline/script/say-names.js';
import { sayNumbers, sayYears } from '../../src/crew/offline/script/say-numbers.js';
import { saySymbols } from '../../src/crew/offline/script/say-symbols.js';
import { sourceNames } from '../../src/crew/offline/script/source-names.js';
import { sayUnits } from '../../src/crew/offline/script/say-units.js';
import { isSpeakable, speakableTitle, spokenForm } from '../../src/crew/offline/script/speakable.js';
import { decodeJson } from '../../src/disk/index.js';
import { parseMessage } from '../../src/inspect/store.js';
import { matches } from '../../src/telemetry/endpoints.js';

const redactor = makeRedactor(['a'.repeat(20), 'correct horse']);
const said = (text: string) => ({ text, codeShare: 0, heading: '' });
const timeline = (text: string) => ({
  placements: [{ line: { speaker: 'Ada', text }, startMs: 0, endMs: 5000, start: 0, end: 5, samples: 5 }],
});

/** Every function that reads, cleans or writes a text of somebody else's. */
const functions: Record<string, (text: string) => unknown> = {
  escapeForTerminal,
  escapeLinesForTerminal,
  escapeJsonForTerminal,
  escapeForShell,
  escapeForMarkdown,
  markdownCode,
  escapeForXml,
  'redactor.message': (text) => redactor.message(text),
  'redactor.data': (text) => redactor.data(text),
  secretsIn: (text) => secretsIn({ SHOWRUNNER_REDACT: text, SOME_API_KEY: text }),
  classifyError: (text) => classifyError(new Error(text)),
  messageOf: (text) => messageOf(new Error(text)),
  parseSessionId,
  parseName: (text) => parseName(text, 'name'),
  decodeJson: (text) => decodeJson(Buffer.from(text)),
  'decodeJson of a string': (text) => decodeJson(Buffer.from(`{"a":"${text}`)),
  decodeText: (text) => decodeText(Buffer.from(text, 'latin1')),
  readText: (text) => readText(text),
  markdownPieces: (text) => [...markdownPieces(text)],
  plainHeading,
  styledNames,
  'styledNames of rules': (text) => styledNames(`.a{${text}}`),
  oneLine,
  mayEnd,
  lineEnd: (text) => lineEnd(text, text, 60),
  settleLineEnds,
  doubtIn,
  withoutForeignMarks,
  withoutSeams,
  withoutMarks,
  cutSentences: (text) => cutSentences([{ heading: '', text }]),
  continuesPrevious,
  needsContext,
  unfitReason: (text) => unfitReason(said(text)),
  easeOfListening: (text) => easeOfListening(said(text)),
  sayableHeading: (text) => sayableHeading(text),
  namesIn: (text) => namesIn([{ text }]),
  sayAbbreviations,
  sayMoney,
  sayNames,
  sayNumbers,
  saySymbols,
  sayUnits,
  sayYears,
  spokenForm,
  isSpeakable,
  speakableTitle,
  sourceNames: (text) => sourceNames([{ file: text, title: text }]),
  pronounced,
  webVtt: (text) => webVtt(timeline(text) as never, text),
  subRip: (text) => subRip(timeline(text) as never),
  parseHookCall: (text) => parseHookCall({ hook_event_name: text, tool_name: text, session_id: text }),
  statedCost: (text) => statedCost({ cost: text, text }),
  objectsOf: (text) => objectsOf(text),
  saysFailed: (text) => saysFailed({ text, error: text }),
  parseMessage,
  matches: (text) => matches(text, text),
};

/** What is repeated to make a text slow: all that a pattern may begin over and over and never end. */
const parts = [
  ...Array.from('a0 \n\t<>[](){}*_`~#-=+|\\/.,:;!?"\'&%$@^'),
  'a ',
  'A',
  'Ab ',
  'a.',
  '. ',
  'a, ',
  '1.',
  '1,',
  '1 ',
  'aA0',
  '\r\n',
  ' \n',
  '- ',
  '> ',
  '1. ',
  '$1',
  '1 km ',
  'Co. ',
  'No. 1 ',
  '* ',
  '[a](',
  '![',
  '](',
  '[^1]',
  '<a ',
  '<!--',
  '</',
  '&a',
  '&#',
  '://',
  'http://a',
  'www.a',
  'a@',
  'a@b.',
  'sk-',
  'eyJa.',
  'Bearer ',
  'token: ',
  'key=',
  '://a:',
  '-----BEGIN ',
  'api_key',
  '{"a":',
  '"a',
  '\\"',
  'e.g. ',
  'Mr. ',
  'the ',
  '“',
  '”a',
  '’',
  '–',
  '…',
  'é',
  'e\u0301',
  '\u00a0',
  '\u200b',
  '\u202e',
  '\ue000',
  '\ue01f',
  '日本',
  '\ud83d\ude00',
  '\ud800',
  'I II ',
  'a-',
  'a-\n',
  '--> ',
  '\u0000',
];

const small = 8000;
const times = 4;
/** Milliseconds of the processor: what costs less is not looked at. */
const leastMs = 100;
/** A linear function takes four times as long for four times the text, a quadratic one sixteen times. */
const mostRatio = 10;

function costOf(work: (text: string) => unknown, text: string): number {
  const before = process.cpuUsage();
  try {
    work(text);
  } catch {
    // What is refused is refused, and may not be slow either.
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const least = (measure: () => number): number => Math.min(measure(), measure(), measure());

test.each(Object.entries(functions))(
  'given a text that is made to be slow, when %s reads it, then four times the text takes about four times the work',
  (name, work) => {
    let isSlow = false;
    const slow = parts.flatMap((part) => {
      if (isSlow) return [];
      const text = (length: number): string => `x ${part.repeat(Math.ceil(length / part.length))}\u0001`;
      if (costOf(work, text(small * times)) < leastMs) return [];
      const [few, many] = [small, small * times].map((length) => least(() => costOf(work, text(length))));
      const ratio = (many ?? 0) / Math.max(few ?? 0, leastMs / 16);
      isSlow = (many ?? 0) >= leastMs && ratio >= mostRatio;
      return isSlow ? [{ part, few, many, ratio }] : [];
    });
    expect(slow).toEqual([]);
  },
);
