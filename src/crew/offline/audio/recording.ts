import { escapeForMarkdown, markdownCode } from '../../../../machines/index.js';
import type { Recording } from '../../audio/recording.js';
import type { SpokenScript } from '../script/lines.js';
import { chunkName } from './speak-lines.js';

/** flite's rate. */
const voiceRate = 16_000;

const disclosure =
  'AI disclosure: synthetic voices (flite) read sentences that were extracted automatically from the named sources. No human voice is heard.';

/** The spoken script with what is said about it: each source is named with the sentences that are quoted from it. */
export function recordingOf({ title, lines, segments, sources }: SpokenScript): Recording {
  const sentences = (file: string): number[] =>
    lines.flatMap(({ source }) => (source?.file === file ? [source.sentence] : [])).sort((a, b) => a - b);
  return {
    title,
    lines,
    segments,
    rate: voiceRate,
    chunkName,
    disclosure,
    artist: 'Robin and Sam',
    sources: sources.map(
      ({ file, title }) =>
        `${escapeForMarkdown(title)} (${markdownCode(file)}): sentences ${[...new Set(sentences(file))].join(', ')}`,
    ),
  };
}
