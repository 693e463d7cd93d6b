import type { Shape, ShapeName } from './plain.js';

/** Where the command line is bundled, what src/cli/_shapes.mjs makes of the schemas takes this file's place. */
export const shapes: Readonly<Partial<Record<ShapeName, Shape>>> = {};
