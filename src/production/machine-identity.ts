import { episodeMachine, machineId, machineVersion, structureHash } from '../../machines/index.js';

/** What this program writes into headers and documents about its chart. */
export const machineIdentity = {
  id: machineId,
  version: machineVersion,
  hash: structureHash(episodeMachine),
};
