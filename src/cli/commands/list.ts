import type { ProductionStateManager } from '../../manager/manager.js';
import { episodeStatuses } from '../../../machines/phase-names.js';
import { needKinds } from '../../shapes/need-kinds.js';
import { awaitsPerson } from '../../shapes/awaits-person.js';
import type { EpisodeState } from '../../shapes/seed.js';
import type { Options, Run } from '../command.js';
import { listFast, type ListedEpisode, type Listing } from '../from-documents.js';
import { wholeNumberOf } from '../number-of.js';
import { UsageError } from '../usage-error.js';

export const run: Run = async (context, _args, options) => {
  const chosenBy = filterOf(options);
  const { states, warnings } =
    ((await context.isCurrent()) ? listFast(context.directory) : undefined) ??
    (await listed(await context.open({ looks: true })));
  const wanted = states.filter(chosenBy);
  const isAll = options['all'] === true || typeof options['status'] === 'string';
  const chosen = isAll ? wanted : wanted.filter((state) => !isEnded(state));
  const episodes = chosen
    .toSorted((a, b) => Number(isEnded(a)) - Number(isEnded(b)) || (a.created_at < b.created_at ? -1 : 1))
    .slice(0, limitOf(options));
  const text = context.json
    ? ''
    : (await import('../list-table.js')).listTable(episodes, wanted.length - chosen.length, warnings);
  return { json: { episodes, warnings }, text };
};

const isEnded = ({ status }: EpisodeState): boolean => status === 'complete' || status === 'archived';

async function listed(manager: ProductionStateManager): Promise<Listing> {
  const states = await manager.listEpisodes();
  const { needsHere } = await import('../../production/needs-here.js');
  const { dayWarnings, episodeEstimates, episodeWarnings, waitOf } = await import('../../reports/index.js');
  const { production } = manager;
  const listing = states.map((state): ListedEpisode => {
    const snapshot = isEnded(state) ? undefined : production.find(state.session_id as never);
    return {
      ...state,
      needs: snapshot ? needsHere(production, snapshot) : [],
      wait: snapshot
        ? waitOf(state.status, snapshot.context, {
            now: production.now(),
            timeZone: production.policy.timeZone,
          })
        : null,
      start_at: snapshot?.context.startAt ?? null,
      due_by: snapshot?.context.dueBy ?? null,
      warnings: snapshot ? episodeWarnings(snapshot.context) : [],
      estimates: snapshot ? episodeEstimates(snapshot.context) : [],
    };
  });
  return {
    states: listing,
    warnings: dayWarnings(production.today(), production.policy.warnAtPercent),
  };
}

const statuses = [...new Set<string>([...episodeStatuses, 'waiting', ...needKinds])];

/** `--status` takes a status, `waiting` for all that need a person, or what they need: `paused`. */
function filterOf({ status, topic, since }: Options): (state: ListedEpisode) => boolean {
  if (typeof since === 'string' && Number.isNaN(Date.parse(since)))
    throw new UsageError(`--since: ${since} is no date; write 2025-09-03 or 2025-09-03T14:30:22Z`);
  if (typeof status === 'string' && !statuses.includes(status))
    throw new UsageError(`--status: ${JSON.stringify(status)} is none of ${statuses.join(', ')}`);
  return (state) =>
    (typeof status !== 'string' || hasStatus(state, status)) &&
    (typeof topic !== 'string' || state.topic.toLowerCase().includes(topic.toLowerCase())) &&
    (typeof since !== 'string' || Date.parse(state.created_at) >= Date.parse(since));
}

function hasStatus({ status, needs }: ListedEpisode, wanted: string): boolean {
  if (wanted === 'waiting') return awaitsPerson(needs);
  return status === wanted || needs.some(({ need }) => need === wanted);
}

function limitOf({ limit }: Options): number | undefined {
  if (typeof limit !== 'string') return undefined;
  return wholeNumberOf(limit, '--limit', { least: 1 });
}
