import type { PhaseContext } from '../../port.js';
import { refuseIfAborted } from '../../interrupted.js';
import { madeOnce, sha256 } from '../../made-once.js';
import { readOptions } from '../options.js';
import { refuseUnsayable } from '../script/refuse-unsayable.js';
import { validate } from './validate.js';
import { rank } from './rank.js';
import { nothingToQuote } from './nothing-to-quote.js';
import { notReadFor } from './not-read.js';
import { leftOutFor, readSources, takingText } from './read-sources.js';
import { ResearchFindings, type SynthesisPackage } from './reports.js';
import { formThemes } from './themes.js';
import { json, readJson } from '../../json-artifact.js';
import * as z from 'zod';

/** More words than the script will need, so that it can leave out what does not sound well. */
const wordsPerMinute = 190;

const counted = (count: number, what: string): string => `${String(count)} ${what}${count === 1 ? '' : 's'}`;

const Scores = z.object({
  research_depth: z.number(),
  topic_coverage: z.number(),
});

/**
 * Reads the sources, picks the sentences that matter to the topic and groups them into themes. Scores: `research_depth` (0–10) is ten
 * times the mean of the topic's words found, the readable files used (of at most five), the words found of those wished for, and the
 * share of findings with a similar sentence elsewhere. How true the findings are is not measured here, and so has no score.
 */
export async function research(context: PhaseContext, readerWorker?: URL): Promise<unknown> {
  const { sources: given, minutes, source_seconds: secondsEach } = readOptions(context);
  refuseUnsayable(context.topic, context.sessionId);
  const wanted = typeof given === 'string' ? [given] : given;
  context.progress(0, 'Reading the sources');
  const sources = await readSources(wanted, {
    signal: context.signal,
    worker: readerWorker,
    secondsEach,
    afterEach(done, of) {
      refuseIfAborted(context.signal, context.sessionId);
      context.progress((0.5 * done) / of, `Reading source ${String(done + 1)} of ${String(of)}`);
    },
    still(taking) {
      context.progress((0.5 * (taking.number - 1)) / taking.of, takingText(taking));
    },
  }).catch((error: unknown) => {
    refuseIfAborted(context.signal, context.sessionId);
    throw error;
  });

  const leftOut = leftOutFor(sources.skipped);
  if (leftOut !== undefined) context.progress(0.5, leftOut.trim());
  const wantedWords = Math.ceil(minutes * wordsPerMinute);
  const inputs = JSON.stringify([
    context.topic,
    minutes,
    sources.read.map(({ file, sha256: hash }) => [file, hash]),
    sources.skipped,
  ]);
  context.progress(0.6, 'Choosing what matters to the topic');
  const refs = await madeOnce(
    context,
    'rank_findings',
    `findings-${sha256(inputs).slice(0, 16)}`,
    async () => {
      const ranking = await rank(context.topic, sources.read, wantedWords);
      if (ranking.placed.length === 0) {
        const total = sources.read.reduce((sum, source) => sum + source.total, 0);
        throw nothingToQuote(total, ranking.dropped, context.sessionId);
      }
      const findings = {
        topic: context.topic,
        created_at: context.createdAt,
        findings: ranking.placed.map(({ finding }) => finding),
      };
      const report = await validate(context.topic, wantedWords, sources, ranking);
      const used = new Set(findings.findings.map(({ file }) => file));
      const synthesis: SynthesisPackage = {
        topic: context.topic,
        topic_coverage: report.scores.topic_coverage,
        sources: sources.read
          .filter(({ file }) => used.has(file))
          .map(({ file, title }) => ({ file, title })),
        themes: formThemes(ranking.placed, Math.max(1, Math.min(12, Math.round(1.5 + minutes / 2)))),
      };
      return [
        await context.writeArtifact('research_findings.json', json(findings)),
        await context.writeArtifact('validation_report.json', json(report)),
        await context.writeArtifact('synthesis_package.json', json(synthesis)),
      ];
    },
  );

  const { scores } = await readJson(context, 'research/validation_report.json', z.object({ scores: Scores }));
  const { findings } = await readJson(context, 'research/research_findings.json', ResearchFindings);
  await context.score('research_depth', scores.research_depth);
  const notRead = notReadFor(sources.skipped);
  context.progress(
    1,
    `Found ${counted(findings.length, 'sentence')} in ${counted(sources.read.length, 'source')}${notRead === undefined ? '' : `. ${notRead}`}`,
  );
  return {
    findings: findings.length,
    files_read: sources.read.length,
    files_skipped: sources.skipped.length,
    ...scores,
    artifacts: refs,
  };
}
