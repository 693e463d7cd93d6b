import type * as z from 'zod';
import type { Shape } from '../../machines/plain.js';

export function shapeOf(schema: z.ZodType): Shape;
