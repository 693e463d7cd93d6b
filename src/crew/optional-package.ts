import { ProductionError } from '../../machines/errors.js';
import { isNotInstalled } from '../disk/is-not-installed.js';

/** Imports one of the optional packages; a missing one is refused with the command that installs it. */
export async function optionalPackage<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if (!isNotInstalled(cause, name)) throw cause;
    throw new ProductionError(
      'invalid_input',
      `This crew needs the optional package "${name}", which is not installed. Run: npm install ${name}`,
      { field: name, cause },
    );
  }
}
