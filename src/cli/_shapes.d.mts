import type * as z from 'zod';

export function schemasWithShapes(
  load: (path: string) => Promise<unknown>,
): Promise<Record<string, z.ZodType>>;
