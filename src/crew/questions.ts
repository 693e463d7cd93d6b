import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import {
  OperationKey,
  ProductionError,
  Question,
  answerCommand,
  hasKey,
  zeroUsd,
  type PhaseName,
  type SessionId,
} from '../../machines/index.js';
import { checkAnswer, planAnswer, schemaOf } from '../calls/answer.js';
import { check } from '../calls/check.js';
import { planReserve } from '../calls/money-plans.js';
import { stepsFor } from '../calls/plans.js';
import type { Production } from '../production/index.js';
import { toJson } from '../record/index.js';
import { refuseOtherUse } from '../calls/key-use.js';
import { SettledResults } from './settled-results.js';
import type { AskOptions } from './port.js';

const operation = 'ask';
const pollMs = 500;

const Asked = z
  .strictObject({
    key: OperationKey,
    question: z.string().trim().min(1).max(1000),
    choices: Question.shape.choices,
    schema: Question.shape.schema,
    default: z.unknown().optional(),
    deadline: Question.shape.deadline,
  })
  .refine(({ deadline, default: answer }) => deadline === undefined || answer !== undefined, {
    path: ['default'],
    error: 'is missing: it is what counts when nobody has answered by the deadline',
  });

interface QuestionsOptions {
  production: Production;
  sessionId: SessionId;
  phase: PhaseName;
  claim: number;
  /** Waits for the answer, instead of ending the work until there is one. */
  waits: boolean;
  stop: AbortSignal;
  tell: (message: string) => void;
}

/** What a phase's worker asks people. A question is kept like a paid call that costs nothing, its answer like a result. */
export class Questions {
  readonly #on: QuestionsOptions;
  readonly #settled: SettledResults;

  constructor(options: QuestionsOptions) {
    this.#on = options;
    this.#settled = new SettledResults(options.production, options.sessionId);
  }

  /** The answer, of now or of an earlier run. @throws ProductionError `answer_missing` where nobody has given it yet. */
  async ask(options: AskOptions): Promise<unknown> {
    const { key, question: text, ...asked } = check(Asked, options);
    const { sessionId, tell, waits, stop } = this.#on;
    const question = this.#kept({ text, ...asked });
    await this.#putOnce(key, question);
    for (let isTold = false; ; isTold = true) {
      stop.throwIfAborted();
      const answered = await this.#answer(key);
      if (answered) return answered.answer;
      const message = `it asks ${JSON.stringify(question.text)} since it cannot go on without the answer; answer it: ${answerCommand(sessionId, key, question.choices)}`;
      if (!waits) throw new ProductionError('answer_missing', message, { sessionId });
      if (!isTold) tell(message);
      await sleep(pollMs, undefined, { signal: stop });
    }
  }

  /** As the journal keeps it: JSON, without secrets. */
  #kept({ default: fallback, ...question }: Question): Question {
    const { redactor } = this.#on.production;
    if (question.schema) schemaOf(question.schema);
    const json = redactor.data(
      toJson({ ...question, ...(fallback === undefined ? {} : { default: fallback }) }, 'question'),
    );
    const kept = JSON.parse(json) as Question;
    if (fallback !== undefined) checkAnswer(this.#on.sessionId, 'the default', kept, kept.default);
    return kept;
  }

  async #putOnce(key: string, question: Question): Promise<void> {
    const { production, sessionId, phase, claim } = this.#on;
    await production.arrived();
    production.refresh();
    const { paid, operations } = production.episode(sessionId).context;
    if (hasKey(paid, key)) return;
    const open = Object.hasOwn(operations, key) ? operations[key] : undefined;
    if (open) {
      refuseOtherUse(sessionId, key, open, this.#use);
      return;
    }
    await production.commit((view) => [
      ...planReserve(sessionId, { phase, operation, key, amount: zeroUsd, claim, question })(view),
      ...stepsFor(view, sessionId, { type: 'operation.held', key, claim }),
    ]);
  }

  get #use() {
    return { operation, phase: this.#on.phase, amount: zeroUsd };
  }

  async #answer(key: string): Promise<{ answer: unknown } | undefined> {
    const { production, sessionId, claim } = this.#on;
    await production.arrived();
    production.refresh();
    const { paid, operations } = production.episode(sessionId).context;
    if (hasKey(paid, key)) return { answer: this.#settled.get(key, this.#use) };
    const { deadline, default: fallback } = operations[key]?.question ?? {};
    if (deadline === undefined || production.now() < new Date(deadline).toISOString()) return undefined;
    const result = await production.keepResult(sessionId, key, toJson(fallback, 'default'));
    await production.commit(planAnswer(sessionId, { key, result, claim }));
    return { answer: fallback };
  }
}
