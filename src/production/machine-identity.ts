import { machineHash, machineId, machineVersion } from '../../machines/episode/version.js';

/** What this program writes into headers and documents about its chart. */
export const machineIdentity = { id: machineId, version: machineVersion, hash: machineHash };
