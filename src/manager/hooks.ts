import { ProductionError, type Failure } from '../../machines/index.js';
import type { CommitNotice } from './events.js';

/** What a `before` hook is told. */
export interface BeforeCall {
  /** The manager's method: `updatePhase`, `addCost`… */
  call: string;
  sessionId: string | undefined;
  /** The call's parameters. */
  input: unknown;
}

/** Functions around the manager's calls (SEED.md, With Hooks). */
export interface Hooks {
  /** Runs before a call that changes anything. A string, returned, vetoes it with that reason. */
  before?: ((call: BeforeCall) => string | undefined | void | Promise<string | undefined | void>) | undefined;
  /** Runs after each commit of this process, once it is on disk. */
  after?: ((notice: CommitNotice) => void | Promise<void>) | undefined;
  /** Runs when an episode has failed by this process's doing. `'recover'`, returned, begins its recovery. */
  onFailure?: ((failed: { sessionId: string; failure: Failure }) => 'recover' | undefined | void | Promise<'recover' | undefined | void>) | undefined;
}

/** @throws ProductionError `vetoed`, with the hook's reason. */
export async function askBefore(hooks: readonly Hooks[], call: BeforeCall): Promise<void> {
  for (const { before } of hooks) {
    const reason = await before?.(call);
    if (typeof reason === 'string') {
      throw new ProductionError('vetoed', `${call.call} was vetoed: ${reason}`, { sessionId: call.sessionId });
    }
  }
}
