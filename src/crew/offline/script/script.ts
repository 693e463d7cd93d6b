import type { PhaseContext } from '../../port.js'; export async function script(_c: PhaseContext, _w?: URL): Promise<unknown> { return {}; }
