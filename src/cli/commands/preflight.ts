import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { escapeForTerminal } from '../../../machines/escape.js';
import type { Finding } from '../../crew/studio/preflight/finding.js';
import type { Run } from '../command.js';
import { exits } from '../exit-codes.js';
import { studioModule } from '../load-crew.js';
import { minutesOf } from '../minutes-of.js';
import { studioSettingsOf } from '../studio-settings-of.js';
import { UsageError } from '../usage-error.js';

const words = { passed: 'ok', failed: 'FAILED', unknown: 'unknown' } as const satisfies Record<
  Finding['outcome'],
  string
>;

export const run: Run = async (context, _args, options) => {
  const minutes = minutesOf(options);
  const { sources } = options;
  if (typeof sources === 'string' && !existsSync(sources))
    throw new UsageError(`--sources: there is nothing at ${resolve(sources)}`);
  const { preflight, parseSettings } = await studioModule();
  const findings = await preflight(parseSettings(studioSettingsOf(options)), {
    env: process.env,
    directory: context.directory,
    minutes,
    at: new Date().toISOString(),
    signal: context.signal,
  });
  const amiss = findings.filter(({ outcome }) => outcome === 'failed').length;
  return {
    json: { ok: amiss === 0, checks: findings },
    text: [
      ...findings.map(lineOf),
      amiss === 0
        ? 'All that it needs is there. Nothing was paid.'
        : `${String(amiss)} of ${String(findings.length)} failed. Nothing was paid.`,
    ].join('\n'),
    exit: amiss === 0 ? exits.done : exits.invalidData,
  };
};

function lineOf({ outcome, check, subject, what, next }: Finding): string {
  const line = escapeForTerminal(`${words[outcome].padEnd(7)} ${check} ${subject}: ${what}`);
  return next === null ? line : `${line}\n        ${escapeForTerminal(next)}`;
}
