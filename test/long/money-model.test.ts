import { describe, expect, test } from 'vitest';
import { runMoneyModel } from '../support/money-model.js';

describe('money, against a model that knows nothing of phases', () => {
  test(
    'given any commands by two managers on one directory, when they are done, then every sum is exact and no cap is passed',
    { timeout: 900_000 },
    async () => {
      expect(await runMoneyModel(1500)).toBeGreaterThan(1500);
    },
  );
});
