import * as z from 'zod';
import {
  ProductionError,
  stateName,
  zeroUsd,
  type EventOf,
  type Question,
  type SessionId,
} from '../../machines/index.js';
import type { Plan, Production } from '../production/index.js';
import { planSettle } from './money-plans.js';
import { stepsFor } from './plans.js';

/**
 * Refuses what is no answer to the question.
 * @throws ProductionError `answer_refused`.
 */
export function checkAnswer(
  sessionId: SessionId,
  key: string,
  { choices, schema }: Question,
  answer: unknown,
): void {
  if (choices && !choices.includes(answer as string))
    throw refusal(
      sessionId,
      key,
      `is none of its choices: ${choices.map((choice) => JSON.stringify(choice)).join(', ')}`,
    );
  if (!schema) return;
  const checked = schemaOf(schema).safeParse(answer);
  if (checked.success) return;
  const issue = checked.error.issues[0];
  throw refusal(
    sessionId,
    key,
    `does not fit its schema: ${issue?.path.join('.') || 'answer'}: ${issue?.message}`,
  );
}

/** @throws ProductionError `invalid_input`, where it is no JSON Schema. */
export function schemaOf(schema: Record<string, unknown>): z.ZodType {
  try {
    return z.fromJSONSchema(schema);
  } catch (error) {
    throw new ProductionError('invalid_input', `schema: is no JSON Schema: ${(error as Error).message}`, {
      field: 'schema',
    });
  }
}

function refusal(sessionId: SessionId, key: string, why: string): ProductionError {
  return new ProductionError(
    'answer_refused',
    `the answer to ${key} of ${sessionId} ${why}; give another one.`,
    {
      sessionId,
      field: 'answer',
    },
  );
}

/** The question that waits under a key. @throws ProductionError `operation_unknown`. */
export function questionUnder(production: Production, sessionId: SessionId, key: string): Question {
  const { operations } = production.episode(sessionId).context;
  const asked = Object.entries(operations).flatMap(([each, { question }]) => (question ? [each] : []));
  const question = Object.hasOwn(operations, key) ? operations[key]?.question : undefined;
  if (question) return question;
  throw new ProductionError(
    'operation_unknown',
    `${sessionId} asks nothing under ${key}; ${asked.length > 0 ? `it asks ${asked.join(', ')}` : 'no question of it waits'}.`,
    { sessionId, field: 'key' },
  );
}

/** Keeps the answer as the question's result, and lets its phase go on where nothing else is asked. */
export function planAnswer(
  sessionId: SessionId,
  {
    key,
    result,
    by,
    claim,
  }: { key: string; result: EventOf<'operation.settled'>['result']; by?: string | undefined; claim?: number },
): Plan {
  return (view) => {
    const snapshot = view.episode(sessionId);
    const { operations } = snapshot.context;
    const phase = Object.hasOwn(operations, key) ? operations[key]?.phase : undefined;
    const isLast = !Object.entries(operations).some(
      ([other, { state }]) => other !== key && state === 'held',
    );
    const isPaused = phase !== undefined && isLast && stateName(snapshot) === `${phase}.paused`;
    const answered = planSettle(sessionId, { key, cost: zeroUsd, result, claim })(view).map((step) =>
      by !== undefined && 'event' in step ? { ...step, event: { ...step.event, by } } : step,
    );
    return isPaused ? [...answered, ...stepsFor(view, sessionId, { type: 'phase.resume', phase })] : answered;
  };
}
