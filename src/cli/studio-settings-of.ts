import type { Options } from './command.js';
import { readJson } from './read-json.js';

/** What `crew.json` says, and over it what the command line says. The crew itself looks whether it is right. */
export function studioSettingsOf(options: Options): Record<string, unknown> {
  const { studio, prices } = options;
  const written = typeof studio === 'string' ? readJson(studio, '--studio') : {};
  const said = Object.fromEntries(
    (['research', 'script', 'judge', 'voice'] as const).flatMap((name) => {
      const value = options[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );
  const table = typeof prices === 'string' ? { prices: readJson(prices, '--prices') } : {};
  const short = options['beginShort'] === true ? { begin_short: true } : {};
  return { ...(written as object), ...said, ...table, ...short };
}
