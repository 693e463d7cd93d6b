import { ProductionError } from '../../../../machines/index.js';
import type { PhaseContext } from '../../port.js';
import { json, readJson } from '../../json-artifact.js';
import { ResearchFindings, type Finding } from '../../offline/research/reports.js';
import { hosts, type ScriptLine, type SpokenScript } from '../../offline/script/lines.js';
import { checkLines, unknownSource, type Checked, type CheckedSegment } from './check-lines.js';
import { findingsText, asData } from './findings-text.js';
import { measure, wordsIn } from './measure.js';
import { polish } from './polish.js';
import type { Prompts } from './prompts.js';
import { Draft, Outline, type Line, type OutlineSegment } from './shapes.js';
import { renderLines } from './render-lines.js';
import { writers, type Ask, type Models } from './writers.js';

/** Words that hosts say in a minute, with their pauses. */
const wordsPerMinute = 150;

/** What a model is given of what was said before. */
const mostEarlierLines = 40;

/** What research leaves: findings of a search and of the sources, or those of the sources alone. */
const searched = 'research/all_findings.json';
const read = 'research/research_findings.json';

/**
 * Writes the script: an outline, then segment by segment a draft from the findings that it may use, a check of every line by the judge, a revision of what failed; at last a
 * polish for the ear. Each step of each segment is one operation that its content names. Score: `technical_accuracy`, the share of lines that passed the first check.
 */
export async function writeScript(
  context: PhaseContext,
  minutes: number,
  { models, prompts }: { models: Models; prompts: Prompts },
): Promise<unknown> {
  const file = (await context.readArtifact(searched)) === undefined ? read : searched;
  const { findings } = await readJson(context, file, ResearchFindings);
  const ask = writers(context, models, prompts);
  const wantedWords = Math.round(minutes * wordsPerMinute);
  context.progress(0, 'Planning the episode');
  const outline = await plan(ask, context.topic, findings, wantedWords);
  const segments: CheckedSegment[] = [];
  for (const [index, segment] of outline.segments.entries()) {
    const [number, of] = [String(index + 1), String(outline.segments.length)];
    context.progress((0.9 * index) / outline.segments.length, `Writing segment ${number} of ${of}`);
    segments.push(await writeSegment(ask, { outline, index, segments, findings, wantedWords, segment }));
  }
  context.progress(0.9, 'Polishing for the ear');
  const heard = await polish(
    ask,
    segments.flatMap(({ lines }) => lines.map(({ line }) => line)),
  );
  const script = spoken(context, outline, { segments, lines: heard.lines, findings });
  const report = reportOf(heard, { segments, wantedWords, prompts, outline });
  const artifacts = [
    await context.writeArtifact('initial_script.md', renderLines(context.topic, linesOf(segments), findings)),
    await context.writeArtifact('polished_script.md', renderLines(context.topic, heard.lines, findings)),
    await context.writeArtifact('script.json', json(script)),
    await context.writeArtifact('quality_report.json', json(report)),
  ];
  await context.score('technical_accuracy', report.technical_accuracy);
  context.progress(1, `Wrote ${String(report.words)} words`);
  return {
    script: 'script/script.json',
    word_count: report.words,
    estimated_duration: Math.round((10 * report.words) / wordsPerMinute) / 10,
    quality_scores: { technical_accuracy: report.technical_accuracy },
    artifacts,
  };
}

async function plan(
  ask: Ask,
  topic: string,
  findings: readonly Finding[],
  wantedWords: number,
): Promise<Outline> {
  const known = new Set(findings.map(({ id }) => id));
  return ask({
    step: 'outline',
    text: `Topic: ${asData(topic)}\nLength: ${String(wantedWords)} words in all.\n\n${findingsText(findings)}`,
    schema: Outline,
    outputTokens: 1000 + 3 * wantedWords,
    refuse: ({ segments }) => {
      const words = segments.reduce((sum, segment) => sum + segment.words, 0);
      if (words < wantedWords / 2 || words > wantedWords * 1.5)
        return `its word budgets add up to ${String(words)}, of ${String(wantedWords)}`;
      const claims = segments.flatMap((segment) => segment.claims);
      return unknownSource(
        claims.map((claim) => ({ sources: claim.findings })),
        known,
      );
    },
  });
}

interface Place {
  outline: Outline;
  index: number;
  /** Those before it. */
  segments: readonly CheckedSegment[];
  findings: readonly Finding[];
  wantedWords: number;
  segment: OutlineSegment;
}

async function writeSegment(ask: Ask, place: Place): Promise<CheckedSegment> {
  const { segment, findings } = place;
  const ids = new Set(segment.claims.flatMap((claim) => claim.findings));
  const usable = findings.filter(({ id }) => ids.has(id));
  const words = budgetOf(place);
  const { lines } = await ask({
    step: 'draft',
    text: draftText(place, usable, words),
    schema: Draft,
    outputTokens: 800 + 4 * words,
    refuse: (draft) => unknownSource(draft.lines, ids),
  });
  return checkLines(ask, lines, usable);
}

/** The words that are left, shared as the outline shares them: a segment that was short makes room for those after it. */
function budgetOf({ outline, index, segments, wantedWords }: Place): number {
  const spent = linesOf(segments).reduce((sum, { text }) => sum + wordsIn(text), 0);
  const left = outline.segments.slice(index).reduce((sum, { words }) => sum + words, 0);
  const share = ((outline.segments[index]?.words ?? 0) / left) * (wantedWords - spent);
  return Math.max(40, Math.round(share));
}

function draftText(
  { outline, index, segments, segment }: Place,
  findings: readonly Finding[],
  words: number,
): string {
  const titles = outline.segments.map(
    ({ title }, number) => `${String(number + 1)}. <title>${asData(title)}</title>`,
  );
  const claims = segment.claims.map(({ id, text, findings: shown }) => {
    return `<claim id="${asData(id)}" findings="${asData(shown.join(' '))}">${asData(text)}</claim>`;
  });
  const before = linesOf(segments)
    .slice(-mostEarlierLines)
    .map(({ speaker, text }) => `<line speaker="${speaker}">${asData(text)}</line>`);
  return [
    `The episode:\n${titles.join('\n')}`,
    `Write segment ${String(index + 1)} in about ${String(words)} words.`,
    `Its claims:\n${claims.join('\n')}`,
    findingsText(findings),
    `Said before:\n${before.length === 0 ? 'nothing' : before.join('\n')}`,
  ].join('\n\n');
}

function linesOf(segments: readonly CheckedSegment[]): Line[] {
  return segments.flatMap(({ lines }) => lines.map(({ line }) => line));
}

/** As the audio phase takes it; first it is said that machines speak. */
function spoken(
  { topic, createdAt, sessionId }: PhaseContext,
  outline: Outline,
  {
    segments,
    lines,
    findings,
  }: { segments: readonly CheckedSegment[]; lines: readonly Line[]; findings: readonly Finding[] },
): SpokenScript & { lines: (ScriptLine & { sources: string[] })[] } {
  if (lines.length === 0)
    throw new ProductionError(
      'invalid_input',
      `Session ${sessionId}: no line of the script was shown by the findings. Give other sources, or another model: --script.`,
      { sessionId, field: 'sources' },
    );
  const byId = new Map(findings.map((finding) => [finding.id, finding]));
  const places = segments.flatMap(({ lines: kept }, segment) => kept.map(() => segment + 1));
  const opening: Line[] = [
    { speaker: 'Robin', text: `This is an episode about ${topic}.`, sources: [] },
    {
      speaker: 'Sam',
      text: 'It was written by a language model, and our voices are synthetic.',
      sources: [],
    },
  ];
  const close: Line = {
    speaker: 'Robin',
    text: 'The sources of what you heard are in the show notes.',
    sources: [],
  };
  const all = [...opening, ...lines, close];
  const last = segments.length + 1;
  const used = new Map<string, string>();
  const told = all.map((line, index) => {
    const at = index - opening.length;
    const [source = null] = line.sources.flatMap((id) => byId.get(id) ?? []);
    if (source) used.set(source.file, source.source_title);
    return {
      index: index + 1,
      speaker: line.speaker,
      voice: hosts.find(({ name }) => name === line.speaker)?.voice ?? 'rms',
      text: line.text,
      source: source && { finding: source.id, file: source.file, sentence: source.sentence },
      sources: line.sources,
      segment: at < 0 ? 0 : (places[at] ?? last),
    };
  });
  return {
    title: topic,
    created_at: createdAt,
    segments: [
      { segment: 0, title: 'Opening' },
      ...outline.segments.map(({ title }, index) => ({ segment: index + 1, title })),
      { segment: last, title: 'Close' },
    ].filter(({ segment }) => told.some((line) => line.segment === segment)),
    sources: [...used].map(([file, title]) => ({ file, title })),
    lines: told,
  };
}

function reportOf(
  { lines, polished }: { lines: readonly Line[]; polished: number },
  {
    segments,
    wantedWords,
    prompts,
    outline,
  }: { segments: readonly CheckedSegment[]; wantedWords: number; prompts: Prompts; outline: Outline },
) {
  const checked: Checked[] = segments.flatMap((segment) => segment.lines);
  const dropped = segments.flatMap((segment) => segment.dropped);
  const passed = segments.reduce((sum, segment) => sum + segment.passed, 0);
  const all = checked.length + dropped.length;
  return {
    ...measure(lines, wantedWords),
    technical_accuracy: all === 0 ? 0 : Math.round((10_000 * passed) / all) / 10_000,
    lines_checked: all,
    lines_revised: checked.filter(({ outcome }) => outcome === 'revised').length,
    lines_polished: polished,
    lines_dropped: dropped,
    outline,
    prompts: Object.fromEntries(
      Object.entries(prompts).map(([name, { sha256, source }]) => [name, { source, sha256 }]),
    ),
  };
}
