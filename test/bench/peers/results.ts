/** One contender under one load: medians over the rounds. */
export interface Row {
  name: string;
  title: string;
  synced: boolean;
  stepsPerSecond: number;
  /** Of its speed to Showrunner's in the same round. */
  ratio: number;
  /** Steps of one round; fewer than the load has when it was cut short. */
  steps: number;
  isWhole: boolean;
  resumeMs: number;
  closeMs: number;
}

export interface LoadResults {
  atOnce: number;
  episodes: number;
  rounds: number;
  rows: Row[];
}

export interface Results {
  environment: string;
  loads: LoadResults[];
}

/** `2,410`: three digits that count, and two where there are few. */
export function number(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: value < 10 ? 2 : 3 });
}

export function loadTitle({ atOnce, episodes }: Pick<LoadResults, 'atOnce' | 'episodes'>): string {
  return atOnce === 1
    ? `${episodes} episodes, one after the other`
    : `${atOnce.toLocaleString('en-US')} episodes at once`;
}
