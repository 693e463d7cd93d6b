import * as z from 'zod';
import {
  ProductionError,
  addUsd,
  formatUsd,
  phaseNames,
  toDollars,
  zeroUsd,
  type Usd,
} from '../../../../machines/index.js';
import { json, readJson } from '../../json-artifact.js';
import { SpokenScript } from '../../offline/script/lines.js';
import type { PhaseContext } from '../../port.js';
import type { StudioSettings } from '../settings.js';
import { estimate } from './estimate.js';

const file = 'forecast.json';
const Written = z.object({ revision: z.int() });

/**
 * Says before a phase what it will cost, and does not begin it where that is not left: half a phase is paid for nothing, and so is a script that nobody can be paid to speak. The
 * forecast is kept beside the phase's work. Once it has begun it is not looked at again, since what is paid meanwhile is no longer to be paid.
 * @throws ProductionError `not_affordable`: the episode waits, and says what it needs.
 */
export async function forecastPhase(
  context: PhaseContext,
  settings: StudioSettings,
  minutes: number,
): Promise<void> {
  const { phase, revision } = context;
  if (await isBegun(context)) return;
  const past = await context.past();
  const at = new Date().toISOString();
  const found = await estimate(settings, minutes, at, { past, characters: await writtenCharacters(context) });
  const { low, high } = found[phase];
  // What costs nothing can always be afforded.
  if (high === 0) return;
  const left = await context.left();
  const { from, episodes } = found.basis[phase];
  const by =
    from === 'prices'
      ? 'prices'
      : `prices and ${String(episodes)} earlier ${episodes === 1 ? 'episode' : 'episodes'}`;
  context.progress(
    0,
    `${phase} will cost ${formatUsd(low)} to ${formatUsd(high)}, by ${by}; the phase has $${left.phase} left, the episode $${left.episode}, the day $${left.day}`,
  );
  const later = phaseNames
    .slice(phaseNames.indexOf(phase) + 1)
    .reduce((sum, each) => addUsd(sum, withHeadroom(found, each)), zeroUsd);
  if (!settings.begin_short)
    await context
      .afford({ phase: toDollars(withHeadroom(found, phase)), later: toDollars(later) })
      .catch((error: unknown) =>
        sayHowElse(error, `${phase} will cost ${formatUsd(low)} to ${formatUsd(high)}`),
      );
  const told = {
    revision,
    low: toDollars(low),
    high: toDollars(high),
    basis: found.basis[phase],
    tables: found.tables,
  };
  await context.writeArtifact(file, json(told));
}

/** Who is short of money may still want it begun: the most that may be taken is more than what will be. */
function sayHowElse(error: unknown, cost: string): never {
  if (!(error instanceof ProductionError) || error.code !== 'not_affordable') throw error;
  throw new ProductionError(
    error.code,
    `${error.message}. By the forecast ${cost}; produce --begin-short (begin_short in crew.json) begins it all the same, and stops where the money ends`,
    { sessionId: error.sessionId, short: error.short, cause: error },
  );
}

function withHeadroom(found: Awaited<ReturnType<typeof estimate>>, phase: PhaseContext['phase']): Usd {
  return addUsd(found[phase].high, found.headroom[phase]);
}

async function isBegun({ phase, revision, readArtifact }: PhaseContext): Promise<boolean> {
  const bytes = await readArtifact(`${phase}/${file}`);
  if (!bytes) return false;
  const written = Written.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
  return written.success && written.data.revision === revision;
}

async function writtenCharacters(context: PhaseContext): Promise<number | undefined> {
  if (context.phase !== 'audio') return undefined;
  const { lines } = await readJson(context, 'script/script.json', SpokenScript);
  return lines.reduce((sum, { text }) => sum + text.length, 0);
}
