import { Readable } from 'node:stream';
import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { offlineCrew } from '../../../src/crew/offline/index.js';
import type { SpokenScript } from '../../../src/crew/offline/script/lines.js';
import type { Crew } from '../../../src/crew/port.js';
import type { FakeSession } from './fake-phase-context.js';
import { buildVoiceWorker, emptyFolder, newSession, readArtifactJson, sourcesFolder } from './workspace.js';

const topic = 'The lighthouse lamp and its keepers';
const phases = ['research', 'script', 'audio'] as const;
let crew: Crew;
let sources: string;
let finished: FakeSession;

async function readyToSpeak(): Promise<FakeSession> {
  const session = await newSession(topic, { sources, minutes: 0.4 });
  for (const phase of ['research', 'script'] as const) await crew[phase](session.context(phase));
  return session;
}

const read = (session: FakeSession, name: string): Promise<string> =>
  readFile(path.join(session.folder, 'audio', name), 'utf8');
const chunksWritten = (session: FakeSession): string[] =>
  session.written.filter((name) => name.startsWith('audio/audio_chunks/'));

async function everyFile(folder: string): Promise<Map<string, string>> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  );
  const files = names.map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name))).sort();
  return new Map(
    await Promise.all(
      files.map(async (name): Promise<[string, string]> => [
        name,
        await readFile(path.join(folder, name), 'base64'),
      ]),
    ),
  );
}

beforeAll(async () => {
  crew = offlineCrew({ voiceWorker: await buildVoiceWorker() });
  sources = await sourcesFolder();
  finished = await newSession(topic, { sources, minutes: 0.4 });
  for (const phase of phases) await crew[phase](finished.context(phase));
});

describe('audio', () => {
  it("given a script, when it is spoken, then the decoded MP3 has the timeline's length, the wished loudness and no clipping", async () => {
    const {
      measured,
      timeline_seconds: expected,
      checks,
    } = await readArtifactJson<{
      measured: {
        duration_seconds: number;
        loudness_lufs: number;
        true_peak_dbtp: number;
        clipped_samples: number;
        sample_rate: number;
      };
      timeline_seconds: number;
      checks: { passed: boolean }[];
    }>(finished, 'audio/validation_results.json');
    expect(expected).toBeGreaterThan(15);
    expect(Math.abs(measured.duration_seconds - expected)).toBeLessThan(expected / 100);
    expect(Math.abs(measured.loudness_lufs + 16)).toBeLessThan(0.5);
    expect(measured.true_peak_dbtp).toBeLessThanOrEqual(-1);
    expect(measured.clipped_samples).toBe(0);
    expect(measured.sample_rate).toBe(44_100);
    expect(checks.every(({ passed }) => passed)).toBe(true);
    expect(finished.scores.get('audio_quality')).toBeGreaterThan(0.8);
  });

  it("given a finished episode, when the master is looked at, then it is a WAVE file of the timeline's length", async () => {
    const { seconds } = await readArtifactJson<{ seconds: number }>(finished, 'audio/synthesis_report.json');
    const file = path.join(finished.folder, 'audio/master.wav');
    // The report's seconds are rounded to milliseconds: 44 samples.
    expect(Math.abs((await stat(file)).size - 44 - 2 * seconds * 44_100)).toBeLessThanOrEqual(2 * 45);
    expect((await readFile(file)).subarray(0, 4).toString()).toBe('RIFF');
  });

  it('given a finished episode, when captions are read, then VTT and SRT have one cue a line, in order and within the episode', async () => {
    const script = await readArtifactJson<SpokenScript>(finished, 'script/script.json');
    const vtt = await read(finished, 'transcript.vtt');
    const srt = await read(finished, 'transcript.srt');
    expect(vtt.startsWith('WEBVTT\n\nNOTE AI disclosure')).toBe(true);
    for (const [text, separator] of [
      [vtt, '\\.'],
      [srt, ','],
    ] as const) {
      const time = `(\\d{2}):(\\d{2}):(\\d{2})${separator}(\\d{3})`;
      const cues = [...text.matchAll(new RegExp(`^(\\d+)\\n${time} --> ${time}\\n(.+)$`, 'gmu'))];
      expect(cues).toHaveLength(script.lines.length);
      const seconds = cues.flatMap((cue) =>
        [2, 6].map(
          (at) =>
            Number(cue[at]) * 3600 +
            Number(cue[at + 1]) * 60 +
            Number(cue[at + 2]) +
            Number(cue[at + 3]) / 1000,
        ),
      );
      expect(seconds).toEqual([...seconds].sort((a, b) => a - b));
      expect(cues.map((cue) => cue[10]?.replace(/^(?:<v \w+>|\w+: )/u, ''))).toEqual(
        script.lines.map(({ text: said }) => said),
      );
    }
  });

  it('given a finished episode, when it is described, then chapters, notes, feed and tags agree and disclose how it was made', async () => {
    const { chapters } = await readArtifactJson<{ chapters: { startTime: number; title: string }[] }>(
      finished,
      'audio/chapters.json',
    );
    expect(chapters[0]).toEqual({ startTime: 0, title: 'Opening' });
    expect(chapters.at(-1)?.title).toBe('Close');
    const feed = await read(finished, 'feed_item.xml');
    expect(feed).toContain('<itunes:explicit>false</itunes:explicit>');
    expect(feed).not.toMatch(/<itunes:explicit>(?:yes|no)</u);
    const mp3 = await readFile(path.join(finished.folder, 'audio/episode.mp3'));
    expect(feed).toContain(`length="${String(mp3.length)}"`);
    for (const text of [feed, await read(finished, 'show_notes.md')])
      expect(text).toContain('synthetic voices');
    expect(await read(finished, 'show_notes.md')).toMatch(
      /`(?:lighthouse\.md|storms\.txt|museum\.html)`\): sentences \d/u,
    );
    const tags = mp3.subarray(0, 4000).toString('latin1');
    expect(tags.startsWith('ID3')).toBe(true);
    for (const frame of ['TIT2', 'TPE1', 'COMM', 'CHAP', 'CTOC']) expect(tags).toContain(frame);
  });

  it('given the same inputs, when an episode is produced twice, then every file has the same bytes', async () => {
    const again = await newSession(topic, { sources, minutes: 0.4 });
    for (const phase of phases) await crew[phase](again.context(phase));
    const [first, second] = [await everyFile(finished.folder), await everyFile(again.folder)];
    expect([...second.keys()]).toEqual([...first.keys()]);
    expect([...first].filter(([name, bytes]) => second.get(name) !== bytes).map(([name]) => name)).toEqual(
      [],
    );
  });

  it('given speaking that is interrupted, when the phase runs again, then only the lines that were not spoken are spoken', async () => {
    const session = await readyToSpeak();
    const { lines } = await readArtifactJson<SpokenScript>(session, 'script/script.json');
    const stop = new AbortController();
    const context = session.context('audio', {
      signal: stop.signal,
      progress: (_, message) => {
        if (message.includes('line 5 of')) stop.abort();
      },
    });
    await expect(crew.audio(context)).rejects.toMatchObject({ code: 'interrupted' });
    expect(chunksWritten(session)).toHaveLength(5);
    await crew.audio(session.context('audio'));
    const chunks = chunksWritten(session);
    expect(chunks).toHaveLength(lines.length);
    expect(new Set(chunks).size).toBe(lines.length);
  });

  it('given a chunk that was damaged after it was spoken, when the phase runs again, then that line alone is spoken again', async () => {
    const session = await readyToSpeak();
    await crew.audio(session.context('audio'));
    const before = chunksWritten(session).length;
    await writeFile(path.join(session.folder, 'audio/audio_chunks/0002.wav'), 'damaged');
    await crew.audio(session.context('audio', { attempt: 2 }));
    expect(chunksWritten(session).slice(before)).toEqual(['audio/audio_chunks/0002.wav']);
  });

  it.each([
    ['empty', () => Readable.from([])],
    ['noise', () => Readable.from([Buffer.alloc(200_000, 0x37)])],
    ['cut short', async (whole: Buffer) => Readable.from([whole.subarray(0, whole.length / 2)])],
    [
      'holed',
      async (whole: Buffer) =>
        Readable.from([
          Buffer.concat([whole.subarray(0, 40_000), Buffer.alloc(20_000), whole.subarray(60_000)]),
        ]),
    ],
  ])(
    'given an MP3 that comes out %s, when it is checked, then the phase refuses it and removes it',
    async (_, broken) => {
      const session = await readyToSpeak();
      const good = session.context('audio');
      const whole = await readFile(path.join(finished.folder, 'audio/episode.mp3'));
      for (const name of await readdir(path.join(finished.folder, 'audio/audio_chunks'))) {
        const writer = await good.artifact(`audio_chunks/${name}`);
        await writer.write(await readFile(path.join(finished.folder, 'audio/audio_chunks', name)));
        await writer.finish();
      }
      const context = session.context('audio', {
        streamArtifact: async (name) => (name.endsWith('.mp3') ? broken(whole) : good.streamArtifact(name)),
      });
      await expect(crew.audio(context)).rejects.toMatchObject({
        code: 'artifact_invalid',
        field: 'audio/episode.mp3',
      });
      await expect(stat(path.join(session.folder, 'audio/episode.mp3'))).rejects.toMatchObject({
        code: 'ENOENT',
      });
      expect(chunksWritten(session)).toEqual([]);
    },
  );

  it('given no script, when audio is asked for, then the missing artifact is named and no voice is started', async () => {
    const session = await newSession(topic, { sources: await emptyFolder() });
    await expect(crew.audio(session.context('audio'))).rejects.toMatchObject({
      code: 'artifact_invalid',
      field: 'script/script.json',
    });
  });

  it('given names with accents, a power and a decade, when they are spoken, then captions and show notes have the letters of the source', async () => {
    const folder = await emptyFolder();
    const said = [
      'The engineer José opened a small garden in the old town in the 1920s.',
      'The philosopher Søren walked through the garden with a small dog.',
      'The lake beside the garden of Weiß holds 10⁶ barrels of the clear water.',
    ];
    await writeFile(path.join(folder, 'a.txt'), said.join(' '));
    const session = await newSession('The garden of José', { sources: folder, minutes: 1 });
    for (const phase of phases) await crew[phase](session.context(phase));
    for (const name of ['transcript.vtt', 'transcript.srt']) {
      const captions = await read(session, name);
      for (const sentence of said) expect(captions).toContain(sentence);
      expect(captions).toContain('The garden of José');
    }
    expect(await read(session, 'show_notes.md')).toContain('The garden of José');
  });
});
