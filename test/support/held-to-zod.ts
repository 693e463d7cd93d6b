import type * as z from 'zod';
import { plainCopy } from '../../machines/plain.js';
import { shapeOf } from '../../machines/shape-of.js';
import * as inputs from '../../src/calls/inputs.js';
import { schemasWithShapes } from '../../src/cli/_shapes.mjs';
import { CheckpointDocument, MonthDocument } from '../../src/documents/shapes.js';
import { altered, disagreement, valueOf } from './plain-values.js';

/** What is checked where there are no shapes from the building: the inputs of calls without one, and documents that the command line reads by their schemas. */
const others: Record<string, unknown> = { ...inputs, CheckpointDocument, MonthDocument };

const schemas: Record<string, z.ZodType> = {
  ...(await schemasWithShapes(
    (path) => import(/* @vite-ignore */ new URL(`../../${path}.ts`, import.meta.url).pathname),
  )),
  ...Object.fromEntries(Object.entries(others).filter(isWhole)),
};

/** A schema, and not one of a part. */
function isWhole(named: [string, unknown]): named is [string, z.ZodType] {
  return /(Input|Document)$/.test(named[0]) && typeof named[1] === 'object';
}

/** Those that have no shape, and are Zod's to judge. */
export const shapeless = Object.keys(schemas).filter((name) => !hasShape(name));

export const shapeNames = Object.keys(schemas).filter(hasShape);

function hasShape(name: string): boolean {
  try {
    return shapeOf(schemas[name] as z.ZodType) !== undefined;
  } catch {
    return false;
  }
}

/** Numbers from 0 to 1 that look like chance, the same ones each time (mulberry32). */
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Values of a shape, each as it should be and altered at one to three places: how many of each were taken, and what Zod says otherwise. */
export function heldToZod(
  name: string,
  count: number,
  seed: number,
): { taken: number; alteredTaken: number; wrong: string[] } {
  const shape = shapeOf(schemas[name] as z.ZodType);
  const chance = chances(seed);
  const sum = { taken: 0, alteredTaken: 0, wrong: [] as string[] };
  for (let at = 0; at < count; at += 1) {
    const value = valueOf(shape, chance);
    let other = value;
    for (let times = Math.ceil(chance() * 3); times > 0; times -= 1) other = altered(other, chance);
    for (const each of [value, other]) {
      const said = disagreement(shape, schemas[name] as z.ZodType, each);
      if (said !== undefined) sum.wrong.push(said);
    }
    sum.taken += Number(plainCopy(shape, value) !== undefined);
    sum.alteredTaken += Number(plainCopy(shape, other) !== undefined);
  }
  return sum;
}
