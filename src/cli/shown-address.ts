import { makeRedactor, secretsIn } from '../../machines/redact.js';

const redactor = makeRedactor(secretsIn(process.env));

/** A webhook's address without the passwords and tokens that are part of some. */
export function shownAddress(url: string): string {
  return redactor.message(url);
}
