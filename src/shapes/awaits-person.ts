import type { Need } from './need.js';

/** Whether a person is waited for: with an answer, or to set somebody to work again. Being late is no wait: it may be at work. */
export function awaitsPerson(needs: readonly Pick<Need, 'need'>[]): boolean {
  return needs.some(({ need }) => need !== 'late');
}
