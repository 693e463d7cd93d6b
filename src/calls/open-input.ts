import * as z from 'zod';
import type { ArtifactStore } from '../artifacts/index.js';
import { hasNoNul } from '../../machines/episode/forms.js';
import { Actor, Reason } from '../../machines/index.js';

const Notify = z.custom(
  (notify) =>
    typeof notify === 'function' ||
    (Array.isArray(notify) &&
      notify.length > 0 &&
      notify.every((word) => typeof word === 'string' && word !== '')),
  'is neither a function nor a command with its arguments',
);

const isFunction = (value: unknown): boolean => typeof value === 'function';
const Hook = z.unknown().refine(isFunction, 'is not a function').optional();
export const HooksInput = z.looseObject({ before: Hook, after: Hook, onFailure: Hook });

function isClock(clock: unknown): boolean {
  if (typeof clock !== 'object' || clock === null) return false;
  const { now } = clock as Record<string, unknown>;
  return typeof now === 'function' && typeof (now as () => unknown).call(clock) === 'string';
}

/** What `open` takes, as far as it is not checked elsewhere. */
function isStore(value: unknown): boolean {
  const store = value as Partial<ArtifactStore> | null;
  return (
    typeof store?.name === 'string' &&
    [store.put, store.get, store.has, store.remove].every((method) => typeof method === 'function')
  );
}

/** A folder, or a store. */
export const Artifacts = z.union([
  z.string().min(1, 'is empty').refine(hasNoNul, 'holds a NUL character'),
  z.custom<ArtifactStore>(isStore, 'is neither a folder nor a store with put, get, has and remove'),
]);

export const OpenInput = z.looseObject({
  directory: z.string().min(1, 'is empty').refine(hasNoNul, 'holds a NUL character').default('production'),
  clock: z.unknown().refine(isClock, 'is not a clock with now()').optional(),
  by: Actor.optional(),
  policyReason: Reason.optional(),
  readOnly: z.boolean().optional(),
  segmentBytes: z
    .int()
    .positive()
    .max(256 * 1024 * 1024, 'is more than 256 MB')
    .optional(),
  notify: Notify.optional(),
  artifacts: Artifacts.optional(),
  redact: z.array(z.string().min(4, 'is shorter than 4 characters')).optional(),
});
