import type { Usd } from '../usd.js';
import type { EpisodeContext, Phase } from './context.js';
import type { EpisodeCreated } from './events.js';

const zero = 0 as Usd;

const untouched: Phase = {
  status: 'pending',
  spent: zero,
  reserved: zero,
  startedAt: null,
  endedAt: null,
  checkpoint: null,
  attempt: 0,
  revision: 1,
  warned: false,
  reason: null,
};

/** The context of an episode at its creation. */
export function initialContext(created: EpisodeCreated): EpisodeContext {
  return {
    sessionId: created.sessionId,
    episodeNumber: created.episodeNumber,
    topic: created.topic,
    createdAt: created.at,
    startAt: created.startAt ?? null,
    dueBy: created.dueBy ?? null,
    importedAt: created.importedAt ?? null,
    updatedAt: created.at,
    budgets: created.budgets,
    rules: created.rules,
    own: created.own ?? {},
    phases: { research: untouched, script: untouched, audio: untouched },
    money: { spent: zero, reserved: zero, inherited: created.inherited ?? zero },
    operations: {},
    paid: {},
    estimates: {},
    retries: {},
    claim: null,
    claims: 0,
    failure: null,
    recoveries: 0,
    quality: {},
    checkpoints: {},
    note: null,
    filesMovedTo: null,
    forkedFrom: created.forkedFrom ?? null,
    key: created.key ?? null,
    pause: null,
    reviews: [],
    limit: null,
    sleeps: {},
    notices: {},
    crew: null,
  };
}
