import type * as z from 'zod';

/** Values for texts that take no free text: one of each form that schemas of ours ask for. */
const forms = [
  'ep_001_20250903_143022',
  '2025-09-03T14:30:22.000Z',
  '2025-09-03',
  '0123456789abcdef'.repeat(4),
  'research',
  'research/notes.md',
  'approval:script:1.1',
  'gpt_4',
  '0.25',
];
const numbers = [1, 0, 5, 60, 0.5];

interface Wanted {
  /** What is tried in each field that takes text. */
  text: string;
  /** What is put there where it is taken; default the same. */
  instead?: string;
  /** Which of several choices is taken: of enumerations and unions. */
  turn?: number;
}

type Inner = z.ZodType & { _zod: { def: Definition } };
interface Definition {
  type: string;
  shape?: Record<string, Inner>;
  element?: Inner;
  innerType?: Inner;
  keyType?: Inner;
  valueType?: Inner;
  options?: Inner[];
  entries?: Record<string, unknown>;
  values?: unknown[];
  in?: Inner;
  getter?: () => Inner;
}

/**
 * A value that a schema takes, with a text in each of its fields that takes that text: as a value, and as the name in a record. What is new in a
 * schema is filled by itself; a text of a form that is not known here is an error that names its place.
 */
export function filled(schema: z.ZodType, wanted: Wanted, place = ''): unknown {
  const { def } = (schema as Inner)._zod;
  const within = (inner: Inner | undefined, name: string, less = wanted): unknown =>
    inner === undefined ? undefined : filled(inner, less, `${place}.${name}`);
  const { text, instead = text, turn = 0 } = wanted;
  switch (def.type) {
    case 'string':
      return schema.safeParse(text).success ? instead : firstOf(schema, forms, place);
    case 'number':
    case 'int':
      return firstOf(schema, numbers, place);
    case 'boolean':
      return turn % 2 === 0;
    case 'literal':
      return def.values?.[0];
    case 'enum': {
      const choices = Object.values(def.entries ?? {});
      return choices[turn % choices.length];
    }
    case 'object':
      return Object.fromEntries(
        Object.entries(def.shape ?? {}).map(([name, inner]) => [name, within(inner, name)]),
      );
    case 'record': {
      const keys =
        def.keyType?._zod.def.type === 'enum'
          ? Object.values(def.keyType._zod.def.entries ?? {})
          : // Zod drops what would be a prototype.
            [within(def.keyType, 'name')].map((key) => (key === '__proto__' ? 'proto' : key));
      return Object.fromEntries(keys.map((key) => [key, within(def.valueType, String(key))]));
    }
    case 'array':
      return [within(def.element, '0')];
    case 'union': {
      const options = def.options ?? [];
      return within(options[turn % options.length], 'or', { ...wanted, turn: 0 });
    }
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'readonly':
      return within(def.innerType, '');
    case 'pipe':
      return within(def.in, '');
    case 'lazy':
      return within(def.getter?.(), '');
    case 'unknown':
    case 'any':
      return { [instead]: instead };
    default:
      return firstOf(schema, [...numbers, instead, ...forms], place);
  }
}

function firstOf(schema: z.ZodType, values: readonly unknown[], place: string): unknown {
  const found = values.find((value) => schema.safeParse(value).success);
  if (found === undefined) throw new Error(`no value here fits ${place}: add one to this file`);
  return found;
}

/** A value without its texts: what may not change when a text does. */
export function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? 'text' : value;
  return Object.entries(value).map(([, inner]) => shapeOf(inner));
}
