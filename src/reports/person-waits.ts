import { currentPhase, statusOf, type EpisodeContext, type EpisodeSnapshot } from '../../machines/index.js';
import type { Need, NeedKind } from '../shapes/index.js';
import { lateNeed } from './late.js';
import { lastingNeeds } from './needs.js';

/** One thing that a person is waited for, under a name that it keeps for as long as it lasts. */
export interface PersonWait {
  id: string;
  /** Since when, ISO-8601 UTC. */
  since: string;
  need: Need;
}

/** What a person is to be told of an episode at the given time: what it waits for him with, and that it is late. */
export function personWaits(snapshot: EpisodeSnapshot, now: string): PersonWait[] {
  const late = lateNeed(statusOf(snapshot.value), snapshot.context, now).map((need): PersonWait => {
    const since = need.since ?? now;
    return { id: `late:${since}`, since, need };
  });
  return [...lastingWaits(snapshot), ...late];
}

/** What a person has done about it makes no other wait of it: the money that he gave, the result that was missing. */
const lasting: Partial<Record<NeedKind, string>> = {
  missing_result: 'paused',
  budget_stop: 'failed',
  daily_stop: 'failed',
};

/** Each question, or else what is most urgent. Somebody who has paused it knows that he has. */
function lastingWaits(snapshot: EpisodeSnapshot): PersonWait[] {
  const needs = lastingNeeds(snapshot);
  const asked = questions(snapshot, needs);
  if (asked.length > 0) return asked;
  const [need] = needs;
  if (need?.since === undefined || need.since === null) return [];
  if (need.need === 'paused' && need.by !== null) return [];
  const name = lasting[need.need] ?? need.need;
  return [{ id: `${name}:${nameOf(snapshot.context, need)}`, since: need.since, need }];
}

function questions({ context: { operations } }: EpisodeSnapshot, needs: readonly Need[]): PersonWait[] {
  const asked = needs.filter(({ need }) => need === 'question');
  return Object.entries(operations)
    .filter(([, { question }]) => question)
    .flatMap(([key, { at }], index) => {
      const need = asked[index];
      return need ? [{ id: `question:${at} ${key}`, since: at, need }] : [];
    });
}

/** Work is reviewed once, however often somebody edits it meanwhile. */
function nameOf(context: EpisodeContext, { need, since }: Need): string {
  const phase = currentPhase(context);
  if (need !== 'approval' || phase === null) return since ?? '';
  const { revision, attempt } = context.phases[phase];
  return `${phase}:${revision}.${attempt}`;
}
