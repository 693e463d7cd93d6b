import { ProductionError, type Redactor } from '../../machines/index.js';
import type { OpeningSet } from '../record/opening-record.js';
import type { Plan, Step } from './view.js';

const said = ['message', 'reason'] as const;
const called = ['topic', 'by'] as const;
const matched = ['key', 'operation'] as const;

/** The same plan, with secrets taken out of what it says. A key cannot be altered, since it is what a call is found by: one that is a secret is refused. */
export function redactedSteps(plan: Plan, redactor: Redactor): Plan {
  const redacted: Plan = (view) =>
    plan(view).map((step) => {
      if ('policy' in step) return { ...step, policy: cleaned(step.policy, redactor) };
      if ('clock' in step) return { ...step, clock: cleaned(step.clock, redactor) };
      if ('opening' in step) return { opening: step.opening.map((each) => withoutSecrets(each, redactor)) };
      return redactedStep(step, redactor);
    });
  if (plan.acceptsClock) redacted.acceptsClock = true;
  if (plan.isPaid) redacted.isPaid = true;
  return redacted;
}

function withoutSecrets(opening: OpeningSet, { data }: Redactor): OpeningSet {
  return { ...opening, source: data(opening.source), where: data(opening.where) };
}

function redactedStep(step: Step, redactor: Redactor): Step {
  for (const name of matched) {
    const text = (step.event as Partial<Record<string, unknown>>)[name];
    if (typeof text === 'string' && redactor.data(text) !== text)
      throw new ProductionError(
        'invalid_input',
        `${name}: holds what looks like a secret, which the journal would keep; choose another ${name}.`,
        { sessionId: step.sessionId, field: name },
      );
  }
  const event = cleaned(step.event, redactor);
  return event === step.event ? step : { ...step, event };
}

/** The same object where nothing is in it. */
function cleaned<Said extends object>(all: Said, { message, data }: Redactor): Said {
  const changes: Record<string, string> = {};
  const look = (names: readonly string[], clean: (text: string) => string): void => {
    for (const name of names) {
      const text = (all as Partial<Record<string, unknown>>)[name];
      if (typeof text !== 'string') continue;
      const cleanText = clean(text);
      if (cleanText !== text) changes[name] = cleanText;
    }
  };
  look(said, message);
  look(called, data);
  return Object.keys(changes).length === 0 ? all : { ...all, ...changes };
}
