import { ProductionError } from '../../../machines/index.js';
import { isNotInstalled } from '../../disk/index.js';

/** Imports one of the optional packages; a missing one is refused with the command that installs it. */
export async function optionalPeer<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if (!isNotInstalled(cause, name)) throw cause;
    throw new ProductionError(
      'invalid_input',
      `The studio crew needs the package "${name}" for this model, and it is not installed. Run: npm install ${name}`,
      { field: name, cause },
    );
  }
}
