import { describe, expect, test } from 'vitest';
import { runMoneyModel } from '../support/money-model.js';

describe('money, against a model that knows nothing of phases', () => {
  test(
    'given any commands by two managers on one directory, when they are done, then every sum is exact and no cap is passed',
    { timeout: 120_000 },
    async () => {
      // How many are paid for varies from run to run, 100 to 250: the bound says only that the runs were not idle.
      expect(await runMoneyModel(50)).toBeGreaterThan(30);
    },
  );
});
