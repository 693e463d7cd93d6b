import { ProductionError } from '../../../../machines/index.js';
import type { PhaseContext } from '../../port.js';
import { json, readJson } from '../../json-artifact.js';
import { ResearchFindings, type Finding } from '../../offline/research/reports.js';
import { searchTopic, type SearchAccess } from './search.js';

/**
 * Findings from the user's own sources, from a search, or from both; what was searched comes after what was read. Both are in `all_findings.json`, the searched ones with the
 * address of their page.
 */
export async function studioResearch(
  context: PhaseContext,
  minutes: number,
  { search, readerWorker }: { search: SearchAccess | undefined; readerWorker: URL | undefined },
): Promise<unknown> {
  const hasSources = context.options['sources'] !== undefined;
  const { research } = await import('../../offline/research/research.js');
  if (!search) return research(context, readerWorker);
  const searched = await searchTopic(context, minutes, search);
  const read = hasSources ? await research(context, readerWorker) : undefined;
  const own = read === undefined ? [] : await ownFindings(context);
  const findings = [...own, ...searched];
  if (findings.length === 0)
    throw new ProductionError(
      'invalid_input',
      `Session ${context.sessionId}: the search found nothing that stands on a page. Give a topic that is easier to search for, or --sources of your own.`,
      { sessionId: context.sessionId, field: 'topic' },
    );
  const all = { topic: context.topic, created_at: context.createdAt, findings };
  const artifact = await context.writeArtifact('all_findings.json', json(all));
  context.progress(
    1,
    `Found ${String(findings.length)} facts, ${String(searched.length)} of them on the web`,
  );
  return { findings: findings.length, searched: searched.length, read: read ?? null, artifacts: [artifact] };
}

async function ownFindings(context: PhaseContext): Promise<Finding[]> {
  return (await readJson(context, 'research/research_findings.json', ResearchFindings)).findings;
}
