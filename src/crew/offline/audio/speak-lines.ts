import { garbageCollector } from '../../audio/collect-garbage.js';
import type { ArtifactRef, PhaseContext } from '../../port.js';
import { madeOnce, sha256 } from '../../made-once.js';
import type { ScriptLine } from '../script/lines.js';
import { pronounced } from './pronounced.js';
import { startVoice, type Voice } from '../../audio/flite/voice.js';
import { readWave, waveHeader } from '../../audio/wave.js';

/** Lines that one operation speaks: enough to keep commits few, few enough to lose little. */
const linesPerOperation = 10;

/** A chunk's name says only its place; the comment in the file says which words and voice it holds. */
const chunkComment = (line: ScriptLine): string =>
  `showrunner ${sha256(`${line.voice}\n${pronounced(line.text)}`)}`;

/** `audio_chunks/0001.wav`. */
export const chunkName = (line: Pick<ScriptLine, 'index'>): string =>
  `audio_chunks/${String(line.index).padStart(4, '0')}.wav`;

/** Speaks every line that is not spoken yet, one WAVE file each; returns their references in order. */
export async function speakLines(
  context: PhaseContext,
  lines: readonly ScriptLine[],
  workerUrl: URL | undefined,
): Promise<ArtifactRef[]> {
  let voice: Voice | undefined;
  const refs: ArtifactRef[] = [];
  const collectGarbage = garbageCollector();

  const speakLine = async (line: ScriptLine, signal: AbortSignal): Promise<ArtifactRef> => {
    const comment = chunkComment(line);
    const kept = await context.readArtifact(`audio/${chunkName(line)}`);
    if (kept !== undefined && readWave(kept)?.comment === comment) {
      return { path: `audio/${chunkName(line)}`, sha256: sha256(kept), bytes: kept.length };
    }
    voice ??= await startVoice(workerUrl);
    const spoken = readWave(await voice.speak({ text: pronounced(line.text), voice: line.voice }, signal));
    if (spoken === undefined)
      throw new Error(`flite's output for line ${String(line.index)} is not a WAVE file`);
    const pcm = new Uint8Array(spoken.samples.buffer, spoken.samples.byteOffset, spoken.samples.byteLength);
    return context.writeArtifact(
      chunkName(line),
      Buffer.concat([waveHeader(spoken.samples.length, spoken.rate, comment), pcm]),
    );
  };

  try {
    for (let start = 0; start < lines.length; start += linesPerOperation) {
      const group = lines.slice(start, start + linesPerOperation);
      const [from, to] = [group[0], group.at(-1)].map((line) => String(line?.index ?? 0).padStart(4, '0'));
      const key = `lines-${from ?? ''}-${to ?? ''}-${sha256(group.map(chunkComment).join('\n')).slice(0, 16)}`;
      const made = await madeOnce(context, 'synthesize_lines', key, async (operationSignal) => {
        const signal = AbortSignal.any([operationSignal, context.signal]);
        const spoken: ArtifactRef[] = [];
        for (const line of group) {
          spoken.push(await speakLine(line, signal));
          context.progress(
            (0.7 * line.index) / lines.length,
            `${line.speaker} speaks line ${String(line.index)} of ${String(lines.length)}`,
          );
        }
        return spoken;
      });
      refs.push(...made);
      // Each line leaves its samples three times over, outside V8's heap.
      if (voice) collectGarbage();
    }
  } finally {
    await voice?.close();
  }
  return refs;
}
