import { createHash } from 'node:crypto';
import type { ChangedHashes } from './hashes.js';
import type { SecretText } from './secret-text.js';

interface Saved {
  sha256: string;
  payload?: unknown;
}

/** A commit's JSON without the secret: what it saves, and all that names what was saved by its hash, gets the hash that is right now. */
export function commitWithout(text: string, secret: SecretText, hashes: ChangedHashes): string {
  const masked = hashes.apply(secret.maskText(text));
  if (masked === text || !masked.includes('"payload":')) return masked;
  const after = savedIn(masked);
  for (const [index, { sha256, payload }] of savedIn(text).entries())
    if (hashOf(payload) === sha256) hashes.add(sha256, hashOf(after[index]?.payload));
  return hashes.apply(masked);
}

/** The checkpoints that a commit's events save with what they keep. */
function savedIn(text: string): Saved[] {
  const { entries } = JSON.parse(text) as { entries: { events: { checkpoint?: Saved }[] }[] };
  return entries.flatMap(({ events }) =>
    events.flatMap(({ checkpoint }) => (checkpoint?.payload === undefined ? [] : [checkpoint])),
  );
}

function hashOf(payload: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(payload) ?? '')
    .digest('hex');
}
