import { ProductionError, type Redactor } from '../../machines/index.js';
import type { OpeningSet } from '../record/opening-record.js';
import type { ProposedStep, Step } from './view.js';

const said = ['message', 'reason'] as const;
const called = ['topic', 'by'] as const;
const matched = ['key', 'operation'] as const;

/** The same steps, with secrets taken out of what they say. A key cannot be altered, since it is what a call is found by: one that is a secret is refused. */
export function redactedSteps(steps: readonly ProposedStep[], redactor: Redactor): ProposedStep[] {
  return steps.map((step) => {
    if ('policy' in step) return { ...step, policy: cleaned(step.policy, redactor) };
    if ('clock' in step) return { ...step, clock: cleaned(step.clock, redactor) };
    if ('opening' in step) return { opening: step.opening.map((each) => withoutSecrets(each, redactor)) };
    return redactedStep(step, redactor);
  });
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
  return cleanedIn(cleanedIn(all, said, message), called, data);
}

function cleanedIn<Said extends object>(
  all: Said,
  names: readonly string[],
  clean: (text: string) => string,
): Said {
  let changes: Record<string, string> | undefined;
  for (const name of names) {
    const text = (all as Partial<Record<string, unknown>>)[name];
    if (typeof text !== 'string') continue;
    const cleanText = clean(text);
    if (cleanText !== text) changes = Object.assign(changes ?? {}, { [name]: cleanText });
  }
  return changes ? { ...all, ...changes } : all;
}
