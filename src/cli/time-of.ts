import { UsageError } from './usage-error.js';

const unitMs: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const zoned = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/;

/** A time that a person has typed: `2026-11-29T06:00Z`, or from now on `+30m`, `+2h`, `+3d`; ISO-8601 UTC. `now` and `none` are null. */
export function timeOf(text: string, option: string, now: string): string | null {
  if (text === 'now' || text === 'none') return null;
  const [, count, unit = ''] = /^\+(\d{1,5}(?:\.\d+)?)([mhdw])$/.exec(text) ?? [];
  const at =
    count === undefined
      ? Date.parse(zoned.test(text) ? text : '')
      : Date.parse(now) + Number(count) * (unitMs[unit] ?? 0);
  if (!Number.isNaN(at)) return new Date(at).toISOString();
  throw new UsageError(
    `${option}: ${text} is no time; write 2026-11-29T06:00Z, 2026-11-29T07:00+01:00, +2h (or m, d, w), now or none`,
  );
}

/** What `--start-at` and `--due-by` say; what is not given is left out. */
export function scheduleOf(
  { startAt, dueBy }: Record<string, unknown>,
  now: string,
): { startAt?: string | null; dueBy?: string | null } {
  return {
    ...(typeof startAt === 'string' ? { startAt: timeOf(startAt, '--start-at', now) } : {}),
    ...(typeof dueBy === 'string' ? { dueBy: timeOf(dueBy, '--due-by', now) } : {}),
  };
}

/** The same for an episode that is made now: one without a time has none. */
export function newScheduleOf(
  options: Record<string, unknown>,
  now: string,
): { startAt?: string; dueBy?: string } {
  const { startAt, dueBy } = scheduleOf(options, now);
  return { ...(startAt ? { startAt } : {}), ...(dueBy ? { dueBy } : {}) };
}
