/** The command was not called as its help says. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** The command's help says more. */
  readonly seeHelp: boolean;

  constructor(message: string, { seeHelp = false } = {}) {
    super(message);
    this.seeHelp = seeHelp;
  }
}

/** An option that the command cannot do without. */
export function needed(value: string | boolean | undefined, option: string): string {
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw new UsageError(`${option} is needed`, { seeHelp: true });
}
