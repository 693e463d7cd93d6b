import { createHmac } from 'node:crypto';

/** What gives tickets for the inspection socket, and nothing else: the token cannot be had from it. */
export function socketKey(token: string): string {
  return createHmac('sha256', token).update('showrunner inspection socket').digest('base64url');
}
