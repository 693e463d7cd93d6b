/** The command was not called as its help says. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** An option that the command cannot do without. */
export function needed(value: string | boolean | undefined, option: string): string {
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw new UsageError(`${option} is needed; see showrunner <command> --help`);
}
