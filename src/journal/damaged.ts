import { ProductionError } from '../../machines/index.js';

export function damaged(what: string): ProductionError {
  return new ProductionError(
    'journal_damaged',
    `the journal is damaged: ${what}. Run showrunner doctor to see what can be saved.`,
  );
}

export function isDamage(error: unknown): error is ProductionError {
  return error instanceof ProductionError && error.code === 'journal_damaged';
}
