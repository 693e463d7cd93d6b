import { machineVersion } from '../../../machines/index.js';
import { programVersion } from '../../program.js';
import type { Run } from '../command.js';

export const run: Run = () => {
  const { node } = process.versions;
  return Promise.resolve({
    json: { version: programVersion, machine: machineVersion, node },
    text: `showrunner ${programVersion} (statechart ${machineVersion}, node ${node})`,
  });
};
