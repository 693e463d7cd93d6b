import { ProductionError } from '../../../machines/errors.js';
import type { ArtifactRef, PhaseContext } from '../port.js';
import { json } from '../json-artifact.js';
import { subRip, webVtt } from './captions.js';
import { chaptersOf, jsonChapters } from './chapters.js';
import { highestPeak, judge, measureEpisode } from './check-episode.js';
import { encode, episodeKilobits, episodeRate, masterCeiling, type Level } from './encode.js';
import { feedItem } from './feed-item.js';
import { id3Tags } from './id3-tags.js';
import { mixLoudness } from './mix.js';
import type { Recording } from './recording.js';
import { showNotes } from './show-notes.js';
import { layOut } from './timeline.js';

/** A finished episode this close to the wished loudness is not encoded again, in LU. */
const closeEnough = 0.3;

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

/** Mixes, encodes, checks and describes the episode; every file is written before this resolves. */
export async function finishEpisode(
  context: PhaseContext,
  recording: Recording,
  target: number,
): Promise<ArtifactRef[]> {
  context.progress(0.7, 'Measuring the voices');
  const timeline = await layOut(context, recording);
  const chapters = chaptersOf(recording, timeline);
  const tags = await id3Tags(recording, context.createdAt, chapters);
  const seconds = timeline.totalSamples / timeline.rate;

  let level: Level = {
    target,
    gainDecibels: target - (await mixLoudness(context, recording, timeline, target)),
    ceilingDecibels: masterCeiling,
  };
  let refs = await encode(context, recording, timeline, level, tags);
  context.progress(0.92, 'Decoding and checking the episode');
  let measured = await measureEpisode(context, 'audio/episode.mp3');
  const off = target - measured.loudness_lufs;
  const over = measured.true_peak_dbtp - highestPeak;
  if ((Math.abs(off) > closeEnough && Math.abs(off) < 6) || over > 0) {
    level = {
      target,
      gainDecibels: level.gainDecibels + off,
      ceilingDecibels: level.ceilingDecibels - Math.max(0, over + 0.3),
    };
    refs = await encode(context, recording, timeline, level, tags);
    measured = await measureEpisode(context, 'audio/episode.mp3');
  }

  const checks = judge(measured, seconds, target);
  const quality = rounded(checks.reduce((sum, { margin }) => sum + margin, 0) / checks.length);
  const validation = {
    file: 'audio/episode.mp3',
    target_lufs: target,
    timeline_seconds: rounded(seconds),
    measured,
    checks,
    scores: { audio_quality: quality },
  };
  refs.push(await context.writeArtifact('validation_results.json', json(validation)));
  const failed = checks.filter(({ passed }) => !passed);
  if (failed.length > 0) {
    await context.removeArtifact('audio/episode.mp3');
    const why = failed.map(({ name, value, limit }) => `${name} is ${String(value)} (${limit})`).join('; ');
    throw new ProductionError(
      'artifact_invalid',
      `Session ${context.sessionId}: the finished MP3 was refused: ${why}. Run the audio phase again.`,
      {
        sessionId: context.sessionId,
        field: 'audio/episode.mp3',
      },
    );
  }

  const report = {
    voices: [...timeline.voices].map(([voice, loudness]) => ({
      voice,
      loudness_lufs: rounded(loudness),
      levelled_to_lufs: target,
    })),
    gain_db: rounded(level.gainDecibels),
    sample_rate: episodeRate,
    kilobits_per_second: episodeKilobits,
    seconds: rounded(seconds),
    chapters: chapters.length,
    lines: timeline.placements.map(({ line, start, samples }) => ({
      index: line.index,
      chunk: recording.chunkName(line),
      voice: line.voice,
      start_seconds: rounded(start / timeline.rate),
      seconds: rounded(samples / timeline.rate),
    })),
  };
  const mp3Bytes = refs.find(({ path }) => path.endsWith('.mp3'))?.bytes ?? 0;
  const episode = {
    title: recording.title,
    artist: recording.artist,
    disclosure: recording.disclosure,
    sessionId: context.sessionId,
    episodeNumber: context.episodeNumber,
    createdAt: context.createdAt,
    mp3Bytes,
    seconds,
  };
  refs.push(
    await context.writeArtifact('synthesis_report.json', json(report)),
    await context.writeArtifact('transcript.vtt', webVtt(timeline, recording.disclosure, recording.cuesOf)),
    await context.writeArtifact('transcript.srt', subRip(timeline, recording.cuesOf)),
    await context.writeArtifact('chapters.json', json(jsonChapters(recording.title, chapters))),
    await context.writeArtifact('show_notes.md', showNotes(recording, chapters)),
    await context.writeArtifact('feed_item.xml', await feedItem(episode)),
  );
  return refs;
}
