import {
  ProductionError,
  Score,
  formatUsd,
  leftOf,
  leftOfPhase,
  parseName,
  phaseNames,
  rejectedName,
  zeroUsd,
  type EpisodeContext,
  type PhaseName,
  type SessionId,
} from '../../machines/index.js';
import type { AskBefore } from '../calls/hooks.js';
import { completionCheckpoint, loadCheckpoint, prepareCheckpoint } from '../calls/checkpoints.js';
import { planComplete, stepsFor } from '../calls/plans.js';
import type { Production } from '../production/index.js';
import { checkpointData } from '../record/index.js';
import { ancestorsOf } from './ancestors.js';
import { afford } from './afford.js';
import { ArtifactFiles } from './artifact-files.js';
import { Fence } from './fence.js';
import { Operations } from './operations.js';
import { pastEpisodes } from './past.js';
import { Questions } from './questions.js';
import { sleepTime, sleepUntil } from './sleep-until.js';
import type { IdleLimit } from './idle-limit.js';
import { unlessAborted } from './unless-aborted.js';
import type { Crew, FinishedPhase, PhaseContext, OperationOptions, PhaseReview } from './port.js';

export interface PhaseRun {
  production: Production;
  askBefore: AskBefore;
  sessionId: SessionId;
  phase: PhaseName;
  crew: Crew;
  crewOptions: Readonly<Record<string, unknown>>;
  claim: number;
  /** Aborted when the phase has to stop: nothing new begins. */
  stop: AbortSignal;
  /** Aborted when calls that are going on have to end too. */
  abort: AbortSignal;
  onProgress: (fraction: number, message: string) => void;
  random: () => number;
  /** Waits for people's answers, instead of ending the work until there is one. */
  waitsForAnswers: boolean;
  /** Hears each sign of life. */
  idle: Pick<IdleLimit, 'renew' | 'during'>;
  /** Hears of the phase's paid calls before any begins. */
  onBegun: (operations: Pick<Operations, 'settled'>) => void;
}

/** Runs a phase's worker and completes the phase with what it returns. Throws what the worker throws, with every call settled or held. */
export async function runPhase(run: PhaseRun): Promise<void> {
  const { production, sessionId, phase, crew, claim } = run;
  const fence = new Fence(production, { sessionId, phase, claim, stop: run.stop });
  const files = new ArtifactFiles(production.directory, sessionId, phase, {
    check: () => fence.check(),
    keep: (file) => production.keepFile(sessionId, file),
  });
  files.removeLeftovers();
  const operations = new Operations({
    production,
    askBefore: run.askBefore,
    sessionId,
    phase,
    claim,
    stop: run.stop,
    abort: run.abort,
    random: run.random,
    tell: (message) => run.onProgress(fraction, message),
  });
  let fraction = 0;
  const told: PhaseRun = {
    ...run,
    onProgress: (done, message) => {
      fraction = done;
      run.onProgress(done, message);
    },
  };
  run.onBegun(operations);
  try {
    const context = await phaseContext(told, { operations, files, fence });
    const data = await unlessAborted(crew[phase](context), run.abort);
    // What a worker returns after it was told to stop may be half the work; what it has returned before is kept.
    run.stop.throwIfAborted();
    // A worker may have left calls running that nobody waits for.
    await operations.settled();
    fence.end();
    operations.end();
    const kept = checkpointData(data);
    const checkpoint = await completionCheckpoint(production, sessionId, phase, kept);
    try {
      await production.commit(planComplete(sessionId, phase, checkpoint, { claim }));
    } catch (error) {
      if (error instanceof ProductionError && error.code === 'quality_rejected')
        await keepRejected(run, kept);
      throw error;
    }
  } finally {
    fence.end();
    operations.end();
    await operations.settled();
    await files.discardUnfinished();
  }
}

/** What a quality gate rejects is kept: a person may score it otherwise, and whoever does it anew can read it. */
async function keepRejected({ production, sessionId, phase, claim }: PhaseRun, data: string): Promise<void> {
  const { revision } = production.episode(sessionId).context.phases[phase];
  const name = rejectedName(phase, revision);
  const checkpoint = await prepareCheckpoint(production, sessionId, phase, name, phase, data);
  await production.commit((view) =>
    stepsFor(view, sessionId, { type: 'checkpoint.save', phase, checkpoint, claim }),
  );
}

async function phaseContext(
  run: PhaseRun,
  { operations, files, fence }: { operations: Operations; files: ArtifactFiles; fence: Fence },
): Promise<PhaseContext> {
  const { production, sessionId, phase, claim, onProgress, idle } = run;
  await production.asOnDisk();
  const { context } = production.episode(sessionId);
  const { revision } = context.phases[phase];
  const reviews = rejectionsOf(context, phase);
  const questions = new Questions({
    production,
    sessionId,
    phase,
    claim,
    waits: run.waitsForAnswers,
    stop: fence.signal,
    tell: (message) => onProgress(0, message),
  });
  return {
    sessionId,
    phase,
    episodeNumber: context.episodeNumber,
    topic: context.topic,
    attempt: context.phases[phase].attempt,
    revision,
    review: reviews.at(-1) ?? null,
    reviews,
    createdAt: context.createdAt,
    options: run.crewOptions,
    earlier: await earlierPhases(production, sessionId, phase, context),
    operation: (name, options, body) =>
      idle.during(operations.run(name, { ...options, key: keyIn(revision, options) }, body)),
    async ask(asked) {
      fence.check();
      return idle.during(questions.ask({ ...asked, key: keyIn(revision, asked) }));
    },
    async sleepUntil(time, named = {}) {
      fence.check();
      const until = sleepTime(time);
      const key = keyIn(revision, { key: named.key ?? until });
      await sleepUntil({ production, sessionId, phase, claim }, until, key);
    },
    progress(fraction, message) {
      idle.renew();
      onProgress(Math.min(1, Math.max(0, Number.isFinite(fraction) ? fraction : 0)), message);
    },
    artifact(name) {
      idle.renew();
      return files.create(name);
    },
    writeArtifact(name, content) {
      idle.renew();
      return files.writeWhole(name, content);
    },
    readArtifact: (path) => files.read(path),
    readInherited: (path) => readInherited(production, { sessionId, phase }, path),
    streamArtifact: (path) => files.stream(path),
    removeArtifact: (path) => files.remove(path),
    async score(name, value) {
      fence.check();
      idle.renew();
      await production.commit((view) => [
        {
          sessionId,
          event: {
            type: 'quality.recorded',
            at: view.at,
            claim,
            name: parseName(name, 'name'),
            value: checkScore(value, name),
          },
        },
      ]);
    },
    past: () => Promise.resolve(pastEpisodes(production)),
    async afford(cost) {
      fence.check();
      afford({ production, sessionId, phase }, cost);
    },
    left: () => Promise.resolve(leftNow(production, sessionId, phase)),
    signal: fence.signal,
  };
}

async function readInherited(
  production: Production,
  { sessionId, phase }: Pick<PhaseRun, 'sessionId' | 'phase'>,
  path: string,
): Promise<Uint8Array | undefined> {
  for (const id of ancestorsOf(production, sessionId)) {
    const bytes = await new ArtifactFiles(production.directory, id, phase).read(path);
    if (bytes) return bytes;
  }
  return undefined;
}

function rejectionsOf({ reviews }: EpisodeContext, phase: PhaseName): PhaseReview[] {
  return reviews
    .filter((review) => review.phase === phase && review.verdict === 'rejected')
    .map(({ reason, by, at, revision, checkpoint }) => ({ reason, by, at, revision, checkpoint }));
}

/** What is wanted anew is paid anew: only a key that says all about its content holds for every revision. */
function keyIn(
  revision: number,
  { key, acrossRevisions }: Pick<OperationOptions<unknown>, 'key' | 'acrossRevisions'>,
): string {
  return revision === 1 || acrossRevisions ? key : `${key}~r${revision}`;
}

async function earlierPhases(
  production: Production,
  sessionId: SessionId,
  phase: PhaseName,
  context: EpisodeContext,
): Promise<PhaseContext['earlier']> {
  const earlier: Partial<Record<PhaseName, FinishedPhase>> = {};
  for (const name of phaseNames.slice(0, phaseNames.indexOf(phase))) {
    const { checkpoint } = context.phases[name];
    if (checkpoint === null) continue;
    const { data, artifacts } = loadCheckpoint(production, sessionId, checkpoint);
    await production.verifyArtifacts(sessionId, artifacts);
    earlier[name] = { data, artifacts };
  }
  return earlier;
}

function leftNow(
  production: Production,
  sessionId: SessionId,
  phase: PhaseName,
): Awaited<ReturnType<PhaseContext['left']>> {
  production.refresh();
  const context = production.find(sessionId)?.context;
  const day = production.today();
  const left = {
    phase: context ? leftOfPhase(context, phase) : zeroUsd,
    episode: context ? leftOf(context) : zeroUsd,
  };
  const ofDay = Math.max(0, day.cap - day.spent - day.reserved) as typeof left.phase;
  return { phase: plain(left.phase), episode: plain(left.episode), day: plain(ofDay) };
}

function plain(amount: Parameters<typeof formatUsd>[0]): string {
  return formatUsd(amount).slice(1);
}

function checkScore(value: number, name: string): number {
  if (Score.safeParse(value).success) return value;
  throw new ProductionError(
    'invalid_input',
    `score ${name}: ${value} is not a number from -1000000 to 1000000.`,
    { field: 'value' },
  );
}
