/** One turn of one speaker, as far as sound, captions and chapters are concerned. */
export interface SpokenLine {
  /** From 1. */
  index: number;
  speaker: string;
  voice: string;
  text: string;
  /** 0 is the opening. */
  segment: number;
}

/** Words that are shown together, in seconds from the start of their line's file. */
export interface Cue {
  text: string;
  startSeconds: number;
  endSeconds: number;
}

/** Lines that are all spoken, and what is said about them: an episode is made of it. */
export interface Recording {
  title: string;
  lines: readonly SpokenLine[];
  segments: readonly { segment: number; title: string }[];
  /** The rate at which the lines are mixed, in samples a second; a line's file of another is brought to it. */
  rate: number;
  /** Where a line's WAVE file lies in the phase's folder. */
  chunkName: (line: SpokenLine) => string;
  /** Its captions where it is known when each word is said; one for the whole line otherwise. */
  cuesOf?: ((line: SpokenLine) => readonly Cue[] | undefined) | undefined;
  /** What listeners are told about how the episode was made: in the tags, the notes, the captions and the feed. */
  disclosure: string;
  artist: string;
  /** For the notes: one item of Markdown for each source. */
  sources: readonly string[];
}
