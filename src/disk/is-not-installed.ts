import { errorCode } from './disk.js';

/** Whether an import failed since the package `name` itself is not installed, and not for something amiss inside it. */
export function isNotInstalled(error: unknown, name: string): boolean {
  const code = errorCode(error);
  // The second where CommonJS asks for it, as the command line's bundle does.
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') return false;
  return error instanceof Error && error.message.includes(`'${name}'`);
}
