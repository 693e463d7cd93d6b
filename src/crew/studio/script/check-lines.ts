import type { Finding } from '../../offline/research/reports.js';
import { findingsText, asData } from './findings-text.js';
import { Revision, Verdicts, type Line } from './shapes.js';
import type { Ask } from './writers.js';

/** A line that the judge has looked at. */
export interface Checked {
  line: Line;
  /** How it came to stand: as it was drafted, or written anew. */
  outcome: 'supported' | 'revised';
}

export interface CheckedSegment {
  lines: Checked[];
  /** Lines that the first check let pass. */
  passed: number;
  /** Lines that were left out, since they were not supported after they were written anew either. */
  dropped: { text: string; why: string }[];
}

/** Every line is checked against its findings by the judge; only what failed is written anew, and checked anew; what fails again is left out. */
export async function checkLines(
  ask: Ask,
  lines: readonly Line[],
  findings: readonly Finding[],
): Promise<CheckedSegment> {
  const first = await verdictsOn(ask, lines, findings);
  const failed = lines.flatMap((line, index) => {
    const why = first.get(index + 1);
    return why === undefined ? [] : [{ line, index, why }];
  });
  const passed = lines.length - failed.length;
  const anew = failed.length === 0 ? [] : await revise(ask, failed, findings);
  const second = anew.length === 0 ? new Map<number, string>() : await verdictsOn(ask, anew, findings);
  const dropped: CheckedSegment['dropped'] = [];
  const kept = lines.flatMap((line, index): Checked[] => {
    const at = failed.findIndex((each) => each.index === index);
    if (at < 0) return [{ line, outcome: 'supported' }];
    const revised = anew[at];
    const why = second.get(at + 1);
    if (revised && why === undefined) return [{ line: revised, outcome: 'revised' }];
    dropped.push({ text: (revised ?? line).text, why: why ?? failed[at]?.why ?? '' });
    return [];
  });
  return { lines: kept, passed, dropped };
}

/** Why lines are not supported, by their number from 1. */
async function verdictsOn(
  ask: Ask,
  lines: readonly Line[],
  findings: readonly Finding[],
): Promise<Map<number, string>> {
  const { verdicts } = await ask({
    step: 'check',
    text: `${findingsText(findings)}\n\n${numbered(lines.map((line, index) => ({ ...line, number: index + 1 })))}`,
    schema: Verdicts,
    outputTokens: 400 + 60 * lines.length,
    refuse: (answer) => {
      const said = new Set(answer.verdicts.map(({ line }) => line));
      const missing = lines.findIndex((_, index) => !said.has(index + 1));
      return missing < 0 ? undefined : `it says nothing of line ${String(missing + 1)}`;
    },
  });
  return new Map(verdicts.flatMap(({ line, supported, why }) => (supported ? [] : [[line, why]])));
}

/** One for each failed line, in their order. */
async function revise(
  ask: Ask,
  failed: readonly { line: Line; why: string }[],
  findings: readonly Finding[],
): Promise<Line[]> {
  const known = new Set(findings.map(({ id }) => id));
  const list = failed.map(({ line, why }, index) => ({ ...line, number: index + 1, why }));
  const { lines } = await ask({
    step: 'revise',
    text: `${findingsText(findings)}\n\n${numbered(list)}`,
    schema: Revision,
    outputTokens: 400 + 120 * failed.length,
    refuse: (answer) =>
      failed.every((_, index) => answer.lines.some(({ line }) => line === index + 1))
        ? unknownSource(answer.lines, known)
        : 'it leaves lines out',
  });
  return failed.map(({ line }, index) => {
    const { text = line.text, sources = [] } = lines.find((each) => each.line === index + 1) ?? {};
    return { speaker: line.speaker, text, sources };
  });
}

/** Names a source that is none of those that were given; undefined where there is none. */
export function unknownSource(
  lines: readonly { sources: readonly string[] }[],
  known: ReadonlySet<string>,
): string | undefined {
  const stranger = lines.flatMap(({ sources }) => sources).find((id) => !known.has(id));
  return stranger === undefined ? undefined : `it names a source ${stranger} that was not given`;
}

function numbered(lines: readonly (Line & { number: number; why?: string })[]): string {
  return lines
    .map(({ number, speaker, text, sources, why }) => {
      const wrong = why === undefined ? '' : ` wrong="${asData(why)}"`;
      return `<line number="${String(number)}" speaker="${speaker}" findings="${asData(sources.join(' '))}"${wrong}>${asData(text)}</line>`;
    })
    .join('\n');
}
