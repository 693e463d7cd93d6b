import { ProductionError, parseSessionId, type SessionId } from '../../machines/index.js';
import type { OpenOptions } from '../manager/handle.js';
import { ProductionStateManager as StateManager } from '../manager/manager.js';
import type { Crew } from './port.js';
import { produce, produceAll, type ProduceOptions, type Produced } from './produce.js';

/** The state manager with what it takes to produce: the class that users open. */
export class ProductionStateManager extends StateManager {
  static override async open(options: OpenOptions = {}): Promise<ProductionStateManager> {
    return new ProductionStateManager(await StateManager.prepare(options));
  }

  /**
   * Produces an episode with a crew, from wherever it stands. Claims it, runs its phases, answers failures by policy, resumes unfinished
   * work without paying twice, and ends when it is complete or a person is needed.
   * @throws ProductionError `claimed_elsewhere` when somebody else is at it, `claim_lost` when somebody has taken it over.
   */
  async produce(sessionId: string, crew: Crew, options: ProduceOptions = {}): Promise<Produced> {
    return produce({ manager: this, askBefore: this.askBefore, crew, options }, parseSessionId(sessionId));
  }

  /** Produces several episodes, at most `concurrency` at a time. One that throws does not stop the others. */
  async produceAll(
    sessionIds: readonly string[],
    crew: Crew,
    options: ProduceOptions & { concurrency?: number } = {},
  ): Promise<(Produced | { sessionId: SessionId; error: unknown })[]> {
    if (!Array.isArray(sessionIds))
      throw new ProductionError('invalid_input', 'sessionIds: is not a list of session ids.', {
        field: 'sessionIds',
      });
    return produceAll(
      { manager: this, askBefore: this.askBefore, crew, options },
      sessionIds.map(parseSessionId),
    );
  }
}
