import { existsSync } from 'node:fs';
import { formatUsd, toDollars, type Usd } from '../../../machines/usd.js';
import type { Estimate, Range } from '../../crew/studio/estimate/estimate.js';
import type { Context, Run } from '../command.js';
import { studioModule } from '../load-crew.js';
import { minutesOf } from '../minutes-of.js';
import { studioSettingsOf } from '../studio-settings-of.js';

const phases = ['research', 'script', 'audio', 'total'] as const;

/** What is left for a new episode: the policy's budgets, and of the day what nobody has spent or reserved. */
interface Left {
  budgets: Record<(typeof phases)[number], Usd>;
  day: Usd;
}

export const run: Run = async (context, _args, options) => {
  const minutes = minutesOf(options);
  const { estimate, parseSettings, missingKeys } = await studioModule();
  const settings = parseSettings(studioSettingsOf(options));
  const found = await estimate(settings, minutes, new Date().toISOString());
  const left = await leftFor(context);
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
      tables: found.tables,
      missing_keys: missing,
    },
    text: [
      ...phases.map((phase) => line(phase, found[phase], left?.budgets[phase])),
      ...(left ? [`the day has ${formatUsd(left.day)} left`] : []),
      `prices: ${found.tables.join(', ')}; nothing was called`,
      ...short.map((each) => `not enough: ${each}`),
      ...(missing.length > 0 ? [`keys that are not in the environment: ${missing.join(', ')}`] : []),
    ].join('\n'),
  };
};

/** Undefined where there is no production yet. */
async function leftFor(context: Context): Promise<Left | undefined> {
  if (!existsSync(context.directory)) return undefined;
  const { production } = await context.open({ readOnly: true });
  const { cap, spent, reserved } = production.today();
  return { budgets: production.policy.budgets, day: Math.max(0, cap - spent - reserved) as Usd };
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
