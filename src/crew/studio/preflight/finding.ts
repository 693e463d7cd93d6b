/** What was looked at before anything is paid, and what came of it. */
export interface Finding {
  check: 'key' | 'package' | 'model' | 'voice' | 'credits' | 'price' | 'prompts' | 'sound' | 'disk';
  /** Of what: `OPENAI_API_KEY`, `anthropic:claude-sonnet-5`. */
  subject: string;
  /** `unknown`: nobody could be asked, and it stops nothing. */
  outcome: 'passed' | 'failed' | 'unknown';
  what: string;
  /** What to do, where it has not passed. */
  next: string | null;
}

type Said = Pick<Finding, 'check' | 'subject' | 'what'>;

export function passed(said: Said): Finding {
  return { ...said, outcome: 'passed', next: null };
}

export function failed(said: Said, next: string): Finding {
  return { ...said, outcome: 'failed', next };
}

export function unknown(said: Said, next: string): Finding {
  return { ...said, outcome: 'unknown', next };
}
