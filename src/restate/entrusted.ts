/** An episode that this process is to work on, until `signal` says that Restate has given the work to another one. */
export interface EntrustedEpisode {
  production: string;
  sessionId: string;
  signal: AbortSignal;
}

/** Works on an episode as `manager.produce` does, and throws what that throws. */
export type ProduceEntrusted = (episode: EntrustedEpisode) => Promise<{ outcome: string }>;
