import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { examine } from '../../src/cli/examine.js';
import { leftoversIn } from '../../src/documents/index.js';
import { defineCrew } from '../../src/index.js';
import { temporaryProduction } from '../../src/testing/index.js';
import { temporaryDirectory } from '../support/temporary.js';

const crew = defineCrew({ research: async () => null, script: async () => null, audio: async () => null });

test('given files that killed producers left half written, then the doctor finds them in folders of phases too, and whoever works on the phase again removes them and nothing else', async () => {
  const given = await temporaryProduction();
  onTestFinished(() => given.remove());
  const { manager, directory } = given;
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Leftovers' });
  await manager.production.show();
  const outside = temporaryDirectory();
  const linked = join(directory, 'linked');
  mkdirSync(join(directory, sessionId, 'audio', 'parts'), { recursive: true });
  const left = ['audio/.tmp-episode.mp3-0a1b', 'audio/parts/.tmp-1.wav-0a1b'].map((name) =>
    join(directory, sessionId, name),
  );
  const kept = [join(directory, sessionId, 'audio', 'tmp-not.txt'), join(outside, '.tmp-other')];
  for (const path of [...left, ...kept]) writeFileSync(path, 'half');
  const found = examine(directory).findings.find(({ what }) => what.includes('interrupted writes'));
  expect(found?.what).toMatch(/^2 temporary file.*audio/);
  symlinkSync(outside, linked);
  expect(leftoversIn(linked)).toEqual([]);
  expect(await manager.produce(sessionId, crew)).toMatchObject({ outcome: 'complete' });
  expect([...left, ...kept].map((path) => existsSync(path))).toEqual([false, false, true, true]);
  expect(examine(directory).findings.filter(({ what }) => what.includes('interrupted writes'))).toEqual([]);
});
