import type { PhaseContext } from '../../port.js'; export async function audio(_c: PhaseContext, _w?: URL): Promise<unknown> { return {}; }
