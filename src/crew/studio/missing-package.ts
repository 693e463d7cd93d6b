import { ProductionError } from '../../../machines/index.js';

/** Whether an import failed since `name` itself is not installed, and not for something amiss inside it. */
export function isMissing(error: unknown, name: string): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return code === 'ERR_MODULE_NOT_FOUND' && typeof message === 'string' && message.includes(`'${name}'`);
}

/** Imports one of the optional packages; a missing one is refused with the command that installs it. */
export async function optionalPeer<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if (!isMissing(cause, name)) throw cause;
    throw new ProductionError(
      'invalid_input',
      `The studio crew needs the package "${name}" for this model, and it is not installed. Run: npm install ${name}`,
      { field: name, cause },
    );
  }
}
