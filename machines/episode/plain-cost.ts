import { phaseNames } from '../phases.js';
import { isAmount, isCalendarDay, isInstant, isLowerName, isMicros } from './context.js';
import type { RecordedEvent } from './events.js';

const keys = new Set(['type', 'at', 'phase', 'operation', 'cost', 'day']);
const phases: ReadonlySet<unknown> = new Set(phaseNames);

/**
 * Whether an event is a cost like most of them: then Zod finds nothing wrong with it either. False says nothing.
 * Costs are most of what a journal has, and Zod makes two objects for each of an event's ten fields: a twelfth of a commit's time and a
 * seventh of what it allocates (Node 20.20, zod 4.6.7). A test holds this against the schema.
 */
export function isPlainCost(event: RecordedEvent): boolean {
  if (event.type !== 'cost.recorded') return false;
  for (const key in event) if (!keys.has(key)) return false;
  const { at, phase, operation, cost, day } = event as Record<keyof typeof event, unknown>;
  return is(at, isInstant) && phases.has(phase) && is(operation, isLowerName) && isNumber(cost, isAmount) && isDay(day);
}

function isDay(day: unknown): boolean {
  if (typeof day !== 'object' || day === null || Array.isArray(day)) return false;
  const { date, spent, reserved, cap } = day as Record<string, unknown>;
  return is(date, isCalendarDay) && isNumber(spent, isMicros) && isNumber(reserved, isMicros) && isNumber(cap, isMicros);
}

function is(value: unknown, check: (text: string) => boolean): boolean {
  return typeof value === 'string' && check(value);
}

function isNumber(value: unknown, check: (number: number) => boolean): boolean {
  return typeof value === 'number' && check(value);
}
