import * as z from 'zod';
import { ProductionError } from '../../../../machines/errors.js';
import type { PhaseContext } from '../../port.js';
import { loadEnglish } from '../english.js';
import { refuseIfAborted } from '../../interrupted.js';
import { json, readJson } from '../../json-artifact.js';
import { madeOnce, sha256 } from '../../made-once.js';
import { readOptions } from '../options.js';
import { ResearchFindings, SynthesisPackage } from '../research/reports.js';
import { compose, type Quote } from './compose.js';
import { fitToLength } from './fit-to-length.js';
import type { SpokenScript } from './lines.js';
import { measureQuality } from './quality.js';
import { renderScript } from './render.js';
import { isSpeakable } from './speakable.js';

const QualityReport = z.looseObject({
  words: z.number(),
  expected_minutes: z.number(),
  short_of_wanted: z.boolean(),
  scores: z.object({
    consensus_score: z.number().optional(),
    engagement_score: z.number(),
  }),
});

/**
 * Writes a script for two hosts that quotes the findings word for word: a first draft with all of them, and the one that is cut to length. Scores, each 0–1: `consensus_score` is the share of quoted sentences with a
 * similar sentence in another source, left out where only one is quoted; `engagement_score` the mean of the hosts' balance in words, of freedom from repeated four-word
 * sequences, and of the share of turns of at most forty words.
 */
export async function script(context: PhaseContext): Promise<unknown> {
  const { minutes } = readOptions(context);
  context.progress(0, 'Reading the findings');
  const { findings } = await readJson(context, 'research/research_findings.json', ResearchFindings);
  const synthesis = await readJson(context, 'research/synthesis_package.json', SynthesisPackage);
  const inputs = sha256(JSON.stringify([minutes, findings, synthesis])).slice(0, 16);

  const artifacts = await madeOnce(context, 'write_script', `script-${inputs}`, async () => {
    const english = await loadEnglish();
    refuseIfAborted(context.signal, context.sessionId);
    context.progress(0.3, 'Writing for the ear');
    const byId = new Map(findings.map((finding) => [finding.id, finding]));
    const quotes = new Map(
      findings.flatMap((finding): [string, Quote][] => {
        return isSpeakable(finding.text) ? [[finding.id, { finding, text: finding.text }]] : [];
      }),
    );
    const { short, ...draft } = fitToLength({ synthesis, quotes }, minutes);
    if (!draft.lines.some(({ source }) => source !== null)) {
      throw new ProductionError(
        'invalid_input',
        `Session ${context.sessionId}: no sentence of the sources can be said aloud. Give sources with plain English prose.`,
        {
          sessionId: context.sessionId,
          field: 'sources',
        },
      );
    }
    const uncut = compose({ synthesis, quotes, shortOf: undefined });
    const used = new Set(draft.lines.flatMap(({ source }) => source?.file ?? []));
    const spoken: SpokenScript = {
      title: context.topic,
      created_at: context.createdAt,
      segments: draft.segments,
      sources: synthesis.sources.filter(({ file }) => used.has(file)),
      lines: draft.lines,
    };
    return [
      await context.writeArtifact('initial_script.md', renderScript(context.topic, uncut, byId)),
      await context.writeArtifact('polished_script.md', renderScript(context.topic, draft, byId)),
      await context.writeArtifact('script.json', json(spoken)),
      await context.writeArtifact(
        'quality_report.json',
        json(measureQuality(draft, byId, english, minutes, short)),
      ),
    ];
  });

  const report = await readJson(context, 'script/quality_report.json', QualityReport);
  for (const [name, value] of Object.entries(report.scores))
    if (value !== undefined) await context.score(name, value);
  context.progress(1, `Wrote ${String(report.words)} words`);
  return {
    script: 'script/script.json',
    word_count: report.words,
    estimated_duration: report.expected_minutes,
    short_of_wanted: report.short_of_wanted,
    quality_scores: report.scores,
    artifacts,
  };
}
