import { MemoryLog } from '../../src/testing/memory-log.js';
import { logContract } from '../support/log-contract.js';

logContract('in memory', async () => {
  const log = new MemoryLog();
  return {
    connect: async () => log.connect(),
    kill: (client) => client.close(),
    end: async () => {},
  };
});
