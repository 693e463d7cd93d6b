import { existsSync } from 'node:fs';
import { ProductionError } from '../../../machines/errors.js';
import { formatUsd, toDollars, type Usd } from '../../../machines/usd.js';
import type { Estimate, Range } from '../../crew/studio/estimate/estimate.js';
import type { ProductionStateManager } from '../../manager/manager.js';
import { pastEpisodes } from '../../crew/past.js';
import type { Context, Run } from '../command.js';
import { studio, studioModule } from '../load-crew.js';
import { minutesOf } from '../minutes-of.js';
import { studioSettingsOf } from '../studio-settings-of.js';
import { UsageError } from '../usage-error.js';

const phases = ['research', 'script', 'audio', 'total'] as const;

/** What is left for a new episode: the policy's budgets, and of the day what nobody has spent or reserved. */
interface Left {
  budgets: Record<(typeof phases)[number], Usd>;
  day: Usd;
}

export const run: Run = async (context, _args, options) => {
  const minutes = minutesOf(options);
  const { crew } = options;
  if (crew !== undefined && crew !== studio)
    throw new UsageError(`--crew: ${String(crew)} is not ${studio}: nobody else's crew says what it costs`);
  const { estimate, parseSettings, missingKeys } = await studioModule();
  const settings = parseSettings(studioSettingsOf(options));
  const manager = await alreadyThere(context);
  const past = manager && pastEpisodes(manager.production);
  const found = await estimate(settings, minutes, new Date().toISOString(), { past });
  const left = manager && leftIn(manager);
  const short = tooLittle(found, left);
  const missing = missingKeys(settings, process.env).map(({ keyEnv }) => keyEnv);
  return {
    json: {
      minutes,
      ...Object.fromEntries(phases.map((phase) => [phase, shownRange(found[phase])])),
      left: left && {
        ...Object.fromEntries(phases.map((phase) => [phase, toDollars(left.budgets[phase])])),
        day: toDollars(left.day),
      },
      short,
      basis: found.basis,
      tables: found.tables,
      missing_keys: missing,
    },
    text: [
      ...phases.map((phase) => line(phase, found[phase], left?.budgets[phase])),
      ...(left ? [`the day has ${formatUsd(left.day)} left`] : []),
      `prices: ${found.tables.join(', ')}${historyIn(found)}; nothing was called`,
      ...short.map((each) => `not enough: ${each}`),
      ...(missing.length > 0 ? [`keys that are not in the environment: ${missing.join(', ')}`] : []),
    ].join('\n'),
  };
};

/** Whoever asks for a price needs no production. */
async function alreadyThere(context: Context): Promise<ProductionStateManager | undefined> {
  if (!context.log && !existsSync(context.directory)) return undefined;
  return context.open({ readOnly: true }).catch((error: unknown) => {
    if (context.log && error instanceof ProductionError && error.code === 'production_missing')
      return undefined;
    throw error;
  });
}

function leftIn({ production }: ProductionStateManager): Left {
  const { cap, spent, reserved } = production.today();
  return { budgets: production.policy.budgets, day: Math.max(0, cap - spent - reserved) as Usd };
}

function historyIn({ basis }: Estimate): string {
  const episodes = Math.max(...Object.values(basis).map((each) => each.episodes));
  if (episodes === 0) return '';
  return `, and ${episodes === 1 ? 'an earlier episode' : `${String(episodes)} earlier episodes`} of this production`;
}

function tooLittle(found: Estimate, left: Left | undefined): string[] {
  if (!left) return [];
  const short = phases
    .filter((phase) => found[phase].high > left.budgets[phase])
    .map(
      (phase) => `${phase} may cost ${formatUsd(found[phase].high)}, of ${formatUsd(left.budgets[phase])}`,
    );
  const ofDay = found.total.high > left.day;
  return ofDay ? [...short, `the day has ${formatUsd(left.day)} of ${formatUsd(found.total.high)}`] : short;
}

function line(phase: string, { low, high }: Range, budget: Usd | undefined): string {
  const range = high === 0 ? 'free' : `${formatUsd(low)} to ${formatUsd(high)}`;
  return `${phase.padEnd(9)} ${range}${budget === undefined ? '' : `, of ${formatUsd(budget)}`}`;
}

function shownRange({ low, high }: Range): { low: number; high: number } {
  return { low: toDollars(low), high: toDollars(high) };
}
