import { ceilToMicro, type Usd } from '../../../machines/index.js';

type Fields = Record<string, unknown>;

/** The objects of a tool's answer: structured output as text, content whose text is JSON, or the object itself. */
export function objectsOf(response: unknown): Fields[] {
  // Cursor sends the whole answer as JSON text.
  if (typeof response === 'string') return parsedObject(response).flatMap(objectsOf);
  if (Array.isArray(response))
    return response.flatMap((part) => {
      const text = (part as Fields | null)?.['text'];
      return typeof text === 'string' ? parsedObject(text) : [];
    });
  if (typeof response !== 'object' || response === null) return [];
  const { structuredContent, content } = response as Fields;
  return [
    ...(isObject(structuredContent) ? [structuredContent] : []),
    ...(Array.isArray(content) ? objectsOf(content) : []),
    response as Fields,
  ];
}

/** Whether an answer says itself that the call failed. */
export function saysFailed(response: unknown): boolean {
  return isObject(response) && response['isError'] === true;
}

const usualPlaces = [
  'cost_usd',
  'total_cost_usd',
  'total_cost',
  'cost',
  'usage.cost',
  'usage.total_cost',
  'usage.cost.total_cost',
  'cost.total_cost',
];

/** The cost in dollars that an answer states, at the named place or at one where providers put it; undefined when it states none that is one. */
export function statedCost(response: unknown, place?: string): Usd | undefined {
  const places = place === undefined ? usualPlaces : [place];
  for (const object of objectsOf(response))
    for (const path of places) {
      const found = amountOf(at(object, path));
      if (found !== undefined) return found;
    }
  return undefined;
}

function at(object: Fields, path: string): unknown {
  let value: unknown = object;
  for (const name of path.split('.'))
    value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return value;
}

function amountOf(value: unknown): Usd | undefined {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  try {
    return ceilToMicro(value);
  } catch {
    return undefined;
  }
}

function parsedObject(text: string): Fields[] {
  if (!text.trimStart().startsWith('{')) return [];
  try {
    const value = JSON.parse(text) as unknown;
    return isObject(value) ? [value] : [];
  } catch {
    return [];
  }
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
