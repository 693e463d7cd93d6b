import { isPhaseName } from '../phase-names.js';
import { isAmount, isCalendarDay, isInstant, isLowerName, isMicros } from './forms.js';
import type { RecordedEvent } from './events.js';

const keys = new Set(['type', 'at', 'phase', 'operation', 'cost', 'day']);
const daysKeys = new Set(['date', 'spent', 'reserved', 'cap']);

/**
 * The JSON of an event that is a cost like most of them, in which Zod finds nothing wrong either. Undefined says nothing.
 * Costs are most of what a journal has. Zod makes two objects for each of an event's ten fields, a twelfth of a commit's time and a seventh of
 * what it allocates, and none of the words that are allowed here needs escaping (Node 20.20, zod 4.6.7). A test holds this against the schema.
 */
export function plainCostText(event: RecordedEvent): string | undefined {
  if (event.type !== 'cost.recorded' || !hasOnly(event, keys)) return undefined;
  const { at, phase, operation, cost, day } = event as Record<keyof typeof event, unknown>;
  const dayText = plainDayText(day);
  if (
    dayText === undefined ||
    !is(at, isInstant) ||
    !isPhaseName(phase) ||
    !is(operation, isLowerName) ||
    !isNumber(cost, isAmount)
  )
    return undefined;
  return `{"at":"${at}","type":"cost.recorded","phase":"${phase}","operation":"${operation}","cost":${cost},"day":${dayText}}`;
}

function plainDayText(day: unknown): string | undefined {
  if (typeof day !== 'object' || day === null || Array.isArray(day) || !hasOnly(day, daysKeys))
    return undefined;
  const { date, spent, reserved, cap } = day as Record<string, unknown>;
  if (
    !is(date, isCalendarDay) ||
    !isNumber(spent, isMicros) ||
    !isNumber(reserved, isMicros) ||
    !isNumber(cap, isMicros)
  )
    return undefined;
  return `{"date":"${date}","spent":${spent},"reserved":${reserved},"cap":${cap}}`;
}

function hasOnly(object: object, allowed: ReadonlySet<string>): boolean {
  for (const key in object) if (!allowed.has(key)) return false;
  return true;
}

function is(value: unknown, check: (text: string) => boolean): value is string {
  return typeof value === 'string' && check(value);
}

function isNumber(value: unknown, check: (number: number) => boolean): value is number {
  return typeof value === 'number' && check(value);
}
