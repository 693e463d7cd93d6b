import type { Finding, SynthesisPackage, Theme } from '../research/reports.js';
import { hosts, type ScriptLine } from './lines.js';
import { namesIn, sayableHeading } from '../research/theme-title.js';
import {
  announcement,
  attributions,
  cycle,
  disclosure,
  headingAttributions,
  headingTurns,
  overview,
  questions,
} from './phrases.js';
import { sourceNames } from './source-names.js';
import { speakableTitle } from './speakable.js';

/** A finding with the words in which it is said. */
export interface Quote {
  finding: Finding;
  text: string;
}

/** What a draft is made from. */
export interface Material {
  synthesis: SynthesisPackage;
  /** The quotes that may be used, by the finding's id. */
  quotes: ReadonlyMap<string, Quote>;
  /** Set when the sources do not carry the wished length. */
  shortOf: number | undefined;
}

export interface Draft {
  segments: { segment: number; title: string }[];
  lines: ScriptLine[];
}

/** Quotes that are said in one breath: a sentence and those that lean on it. */
export function passagesOf(theme: Theme, quotes: ReadonlyMap<string, Quote>): Quote[][] {
  const passages: Quote[][] = [];
  for (const id of theme.findings) {
    const quote = quotes.get(id);
    if (quote === undefined) continue;
    const before = passages.at(-1)?.at(-1);
    const leans =
      quote.finding.continues &&
      before?.finding.file === quote.finding.file &&
      before.finding.sentence + 1 === quote.finding.sentence;
    if (leans) passages.at(-1)?.push(quote);
    // A sentence whose support was left out would dangle.
    else if (!quote.finding.continues) passages.push([quote]);
  }
  return passages;
}

/** After this many passages in a row from one source the other host asks. */
const passagesToQuestion = 4;

const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Writes the whole script: opening with disclosure, one segment for each theme, close. */
export function compose({ synthesis, quotes, shortOf }: Material): Draft {
  const lines: ScriptLine[] = [];
  const segments: Draft['segments'] = [];
  const topic = speakableTitle(synthesis.topic);
  const names = sourceNames(synthesis.sources);
  const inText = namesIn([...quotes.values()].map(({ finding }) => finding));
  const attribution = cycle(attributions);
  const headingAttribution = cycle(headingAttributions);
  const headingTurn = cycle(headingTurns);
  const question = cycle(questions);
  let speaker = 0;

  const open = (title: string): void => void segments.push({ segment: segments.length, title });
  const say = (text: string, quote?: Quote): void => {
    const { name, voice } = hosts[speaker % 2 === 0 ? 0 : 1];
    const source = quote
      ? { finding: quote.finding.id, file: quote.finding.file, sentence: quote.finding.sentence }
      : null;
    lines.push({ index: lines.length + 1, speaker: name, voice, text, source, segment: segments.length - 1 });
  };
  const handOver = (): void => void (speaker += 1);

  const told = synthesis.themes
    .map((theme) => ({ theme, passages: passagesOf(theme, quotes) }))
    .filter(({ passages }) => passages.length > 0);
  const used = new Set(told.flatMap(({ passages }) => passages.flat().map(({ finding }) => finding.file)));
  const usedNames = synthesis.sources
    .filter(({ file }) => used.has(file))
    .map(({ file }) => names.get(file) ?? file);

  open('Opening');
  say(`Hello, and welcome. Today: ${topic}${/[?!…]$/u.test(topic) ? '' : '.'} I am Robin.`);
  handOver();
  say(`And I am Sam. ${disclosure(usedNames)}`);
  if (synthesis.topic_coverage < 0.5) say('They hardly name this topic, so we offer what comes closest.');
  const parts = overview(told.map(({ theme }) => theme.title));
  if (parts !== undefined) {
    handOver();
    say(parts);
  }

  told.forEach(({ theme, passages }, index) => {
    open(upperFirst(theme.title));
    handOver();
    say(announcement(theme.title, index, told.length));
    let file: string | undefined;
    let heading: string | undefined;
    let run = 0;
    const underHeading = (one: readonly Quote[]): string | undefined =>
      sayableHeading(one[0]?.finding.heading ?? '', inText);
    for (const passage of passages) {
      const from = passage[0]?.finding.file ?? '';
      const under = underHeading(passage);
      const name = names.get(from) ?? from;
      const told = sameWords(under ?? '', name) || theme.title.includes(under ?? '');
      // A heading over one sentence takes longer to say than it helps.
      const isWorth = passages.filter((one) => underHeading(one) === under).length > 1;
      const newHeading = under !== heading && !told && isWorth ? under : undefined;
      handOver();
      const isAnnounced = file === undefined && newHeading === undefined && sameWords(theme.title, name);
      if (from !== file && used.size > 1 && !isAnnounced) {
        say(
          upperFirst(newHeading === undefined ? attribution()(name) : headingAttribution()(name, newHeading)),
        );
        run = 0;
      } else if (newHeading !== undefined) {
        say(headingTurn()(newHeading));
        run = 0;
      } else if (run >= passagesToQuestion) {
        say(question());
        run = 0;
      }
      // Who announced, lets the other one quote.
      if (run === 0 && lines.at(-1)?.source === null && file !== undefined) handOver();
      file = from;
      heading = under;
      run += 1;
      for (const quote of passage) say(quote.text, quote);
    }
  });

  open('Close');
  handOver();
  if (shortOf !== undefined)
    say(`Our sources do not carry the ${minutesInWords(shortOf)} asked for, so this episode is a short one.`);
  say('That is what our sources say about it.');
  handOver();
  say('The show notes name the source of every sentence. Thank you for listening.');
  return { segments, lines };
}

const lettersOnly = (text: string): string => text.toLowerCase().replaceAll(/[^a-z\d]/gu, '');

/** Whether a heading only repeats the source's name. */
function sameWords(heading: string, name: string): boolean {
  return lettersOnly(name).includes(lettersOnly(heading));
}

function minutesInWords(minutes: number): string {
  return Number.isInteger(minutes)
    ? minutes === 1
      ? 'one minute'
      : `${String(minutes)} minutes`
    : `${String(Math.round(minutes * 60))} seconds`;
}
