import type * as z from 'zod';
import type { Shape } from '../../machines/plain.js';

export function shapeOf(schema: z.ZodType): Shape;

export function schemasWithShapes(
  load: (path: string) => Promise<unknown>,
): Promise<Record<string, z.ZodType>>;
