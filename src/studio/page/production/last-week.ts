import type { ProductionView } from '../../api.js';

type Day = ProductionView['days'][number];

/** Days with money, and those without in the week before the last one. */
export function withLastWeek(days: readonly Day[]): Day[] {
  const last = days.at(-1);
  if (!last) return [];
  const all = new Map(days.map((day) => [day.date, day]));
  for (let back = 1; back < 7; back += 1) {
    const date = new Date(Date.parse(`${last.date}T00:00:00Z`) - back * 86_400_000)
      .toISOString()
      .slice(0, 10);
    if (!all.has(date)) all.set(date, { date, spent: 0, reserved: 0 });
  }
  return [...all.values()].toSorted((a, b) => (a.date < b.date ? -1 : 1));
}
