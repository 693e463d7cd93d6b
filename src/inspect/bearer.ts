import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether a header brings the token. Compared as hashes, so that the time it takes says nothing. */
export function hasBearer(authorization: string | undefined, token: string): boolean {
  return isSame(authorization ?? '', `Bearer ${token}`);
}

/** Whether two secrets are the same, in a time that says nothing. */
export function isSame(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
