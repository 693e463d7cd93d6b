import { spokenForm } from '../script/speakable.js';

/** Spelling that flite says better than the written one; captions keep the written one. */
export function pronounced(text: string): string {
  return (spokenForm(text) ?? text)
    .replaceAll('A.I.', 'A I')
    .replaceAll(/\bAI\b/gu, 'A I')
    .replaceAll(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/gu, ' ')
    .replaceAll('"', '');
}
