import {
  ProductionError,
  redacted,
  type CrewChoice,
  type Policy,
  type Redactor,
  type SessionId,
} from '../../machines/index.js';
import { stepsFor } from '../calls/plans.js';
import { unlikeJson } from '../record/index.js';
import type { Plan } from '../production/index.js';

export type CrewOptions = Readonly<Record<string, unknown>>;

/** Options as whoever takes an episode up gives them. */
export interface GivenOptions {
  /** Kept with the episode, in the place of what is kept. */
  crewOptions?: CrewOptions | undefined;
  /** Nobody keeps them. */
  localOptions?: CrewOptions | undefined;
  /** Kept where nothing is. */
  fallback?: CrewOptions | undefined;
}

const mostBytes = 16_384;
// A value under such a name is a secret, whatever it looks like.
const secretName =
  /(?:^|[a-z0-9]|[-_ ])(?:api|access|secret|private|auth|client|xi)[-_ ]?(?:key|token|secret)$|^(?:token|secret|pass(?:word|phrase|wd)|pwd|credentials?|authorization)$|(?:Token|Secret|Password|[-_](?:token|secret|password))$/i;
// One word of letters and digits under a name that ends so may be one: whoever takes the episode up is asked for it, and nothing is lost.
const mayBeSecretName = /(?:key|token|secret|password|pwd|signature|credentials?|cookie|dsn)s?$/i;
const mayBeSecret = /^(?=.*\d)(?=.*[a-z])[^\s/\\]{12,}$/i;
/** What `redact` leaves in the place of a text, a short one too, or whoever kept it. */
const mask = /\[redacted\]|redacted_[0-9a-f]{8}_|x{4}/;

/**
 * What is kept of a crew and its options: secrets are taken out, and the options that held one are named.
 * @throws ProductionError `invalid_input` for options that JSON does not give back as they are, or that are too large.
 */
export function keptChoice(
  crew: { name?: string; version?: string | undefined } | undefined,
  options: CrewOptions | undefined,
  redactor: Redactor,
): CrewChoice {
  const clean = (text: string): string => redactor.data(text).slice(0, 200);
  const [name, version] = crew ? [crew.name ?? 'crew', crew.version] : [];
  return {
    name: name === undefined ? null : clean(name),
    version: version === undefined ? null : clean(version),
    ...(options === undefined ? { options: null, withheld: [] } : keptOptions(options, redactor)),
  };
}

function keptOptions(options: CrewOptions, redactor: Redactor): Pick<CrewChoice, 'options' | 'withheld'> {
  const kept: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  const withheld: string[] = [];
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const text = textOf(name, value, redactor);
    // Under its own name, which is looked at too.
    const within = JSON.stringify({ [name]: JSON.parse(redactor.data(text)) as unknown });
    const clean = JSON.parse(within, withoutSecrets(redactor)) as Record<string, unknown>;
    kept[name] = clean[name];
    if (JSON.stringify(kept[name]) !== text) withheld.push(name);
  }
  const text = JSON.stringify(kept);
  if (text.length > mostBytes || withheld.length > 100)
    throw invalid(
      'crewOptions',
      `is ${text.length} characters of JSON, of at most ${mostBytes}; put large things into files, and give their paths`,
    );
  return { options: text, withheld };
}

function textOf(name: string, value: unknown, redactor: Redactor): string {
  if (name.length > 200 || name === '__proto__' || redactor.data(name) !== name)
    throw invalid('crewOptions', 'has a name that is too long, reserved, or a secret');
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    throw invalid(`crewOptions.${name}`, `cannot be kept: ${(error as Error).message}`);
  }
  const unlike = unlikeJson(value);
  if (unlike || text === undefined)
    throw invalid(
      `crewOptions.${name}${unlike?.path ?? ''}`,
      `is ${unlike?.what ?? 'no JSON'}, which cannot be kept for whoever takes the episode up; give it in localOptions, which nobody keeps`,
    );
  return text;
}

function withoutSecrets({ message }: Redactor): (name: string, value: unknown) => unknown {
  return (name, value) => {
    if (typeof value !== 'string') return value;
    if (secretName.test(name) || (mayBeSecretName.test(name) && mayBeSecret.test(value))) return redacted;
    // An address with a password, or a long token: a text of several words is somebody's prompt.
    return /\s/.test(value) || message(value) === value ? value : redacted;
  };
}

function invalid(field: string, what: string): ProductionError {
  return new ProductionError('invalid_input', `${field}: ${what}.`, { field });
}

/** What to choose for an episode that keeps `kept`: what is not said stays. */
export function choiceFor(
  kept: CrewChoice | null,
  crew: { name?: string; version?: string | undefined },
  { crewOptions, fallback }: GivenOptions,
  redactor: Redactor,
): CrewChoice {
  const said = crewOptions ?? (kept?.options == null ? fallback : undefined);
  const choice = keptChoice(crew, said, redactor);
  return said !== undefined || !kept ? choice : { ...choice, options: kept.options, withheld: kept.withheld };
}

/** Keeps the crew and the options of whoever takes an episode up; no step where they are the same. */
export function planChoice(
  sessionId: SessionId,
  crew: { name?: string; version?: string | undefined },
  given: GivenOptions,
  redactor: Redactor,
): Plan {
  return (view) => {
    const kept = view.episode(sessionId).context.crew;
    const choice = choiceFor(kept, crew, given, redactor);
    refuseOtherCrew(sessionId, kept, choice, view.policy);
    optionsOf(sessionId, choice, given);
    return sameChoice(kept, choice) ? [] : stepsFor(view, sessionId, { type: 'crew.chosen', ...choice });
  };
}

function sameChoice(kept: CrewChoice | null, choice: CrewChoice): boolean {
  return (
    kept !== null &&
    kept.name === choice.name &&
    kept.version === choice.version &&
    kept.options === choice.options &&
    kept.withheld.join('\n') === choice.withheld.join('\n')
  );
}

function refuseOtherCrew(
  sessionId: SessionId,
  kept: CrewChoice | null,
  choice: CrewChoice,
  { crewChange }: Policy,
): void {
  if (crewChange !== 'refuse' || !kept || kept.name === null) return;
  if (kept.name === choice.name && kept.version === choice.version) return;
  throw new ProductionError(
    'crew_changed',
    `${sessionId} was worked on by crew ${called(kept)}, and is not gone on with by ${called(choice)}: the policy refuses another crew; take it up with that one, or allow the change: showrunner policy set crewChange tell --reason "…"`,
    { sessionId },
  );
}

function called({ name, version }: CrewChoice): string {
  return `${JSON.stringify(name)}${version === null ? ' without a version' : ` version ${version}`}`;
}

/**
 * The options that the crew's workers get: the kept ones, and of those that are withheld what the taker himself gives.
 * @throws ProductionError `option_withheld`, naming those that nobody has given.
 */
export function optionsOf(
  sessionId: SessionId,
  { options, withheld }: CrewChoice,
  { crewOptions, localOptions = {}, fallback }: GivenOptions,
): Record<string, unknown> {
  const own = { ...fallback, ...crewOptions };
  const kept = JSON.parse(options ?? '{}') as Record<string, unknown>;
  const missing: string[] = [];
  for (const [name, value] of Object.entries(kept)) {
    if (!withheld.includes(name) && !mask.test(JSON.stringify(value))) continue;
    if (Object.hasOwn(own, name) && own[name] !== undefined) kept[name] = own[name];
    else if (!Object.hasOwn(localOptions, name)) missing.push(name);
  }
  if (missing.length === 0) return { ...kept, ...localOptions };
  throw new ProductionError(
    'option_withheld',
    `${sessionId}: ${missing.join(', ')} of its crew's options held a secret, which is not kept; give ${missing.length === 1 ? 'it' : 'them'} again, in localOptions of produce or work, or as JSON: showrunner produce ${sessionId} --crew ./crew.mjs --local-options <file>`,
    { sessionId, field: `localOptions.${missing[0]}` },
  );
}
