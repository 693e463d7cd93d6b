import type { OperationCall } from '../../port.js';
import type { MeterableModel } from './model-shapes.js';

/** Answers that a provider keeps by an id, so that they are found again after a crash. */
export interface StoredAnswers {
  /** The model for a new call: it writes down the answer's id as soon as it is known. */
  begin(call: OperationCall): Promise<MeterableModel>;
  /** The model that gives the answer of a call that was begun before; undefined where no id was written down. */
  find(call: OperationCall): Promise<MeterableModel | undefined>;
}

/** What a model throws when the provider has a stored answer no more: a person is asked. */
export class AnswerGone extends Error {
  override readonly name = 'AnswerGone';
  /** The engine knows by it that the call may have been billed. */
  readonly code = 'ECONNRESET';
  readonly isGone = true;

  constructor() {
    super('the answer was begun, and the provider has it no more');
  }
}
