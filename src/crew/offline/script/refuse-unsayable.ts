import { ProductionError } from '../../../../machines/errors.js';
import { spokenForm } from './speakable.js';

/** Throws `invalid_input` for a topic that the English voices would say with a gap: one with other letters than Latin ones, or without words. */
export function refuseUnsayable(topic: string, sessionId?: string): void {
  const foreign = /[^\p{Script=Latin}\P{L}]/u.test(topic);
  const words = topic.replaceAll(/[^\p{Script=Latin}\p{M}\d ]+/gu, ' ').trim();
  if (!foreign && words !== '' && spokenForm(words) !== undefined) return;
  throw new ProductionError(
    'invalid_input',
    `The demonstration crew's voices speak English and cannot say the topic "${topic}". Give a topic in Latin letters.`,
    { field: 'topic', ...(sessionId === undefined ? {} : { sessionId }) },
  );
}
