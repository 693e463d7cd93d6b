import { readFileSync, readdirSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { answerHook, type HookHouse } from '../../src/agents/hooks/answer-hook.js';
import { readHookCall } from '../../src/agents/hooks/read-hook-call.js';
import { renderVerdict } from '../../src/agents/hooks/render-verdict.js';
import { mayMount, mountSmall } from '../support/mount.js';
import { expectSound, openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

type Payload = Record<string, unknown>;

const folder = join(import.meta.dirname, 'samples');
const samples = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .toSorted()
  .map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));

const row = { phase: 'research', operation: 'query', max_cost: '0.01' };
const table = JSON.stringify({
  tools: [
    { ...row, match: 'mcp__*perplexity*' },
    { ...row, match: 'mcp__elevenlabs__*' },
  ],
});

const isBefore = (payload: Payload): boolean => payload['hook_event_name'] === 'PreToolUse';
const isPaidBefore = (payload: Payload): boolean =>
  isBefore(payload) && /perplexity|elevenlabs/i.test(String(payload['tool_name']));

/** What a host hears: a refusal to read is a blocked tool, as exit 2 is. */
async function heard(text: string, house: HookHouse, file: string) {
  const host = file.startsWith('3') ? ('codex' as const) : ('claude' as const);
  try {
    const call = readHookCall(text, host, house.note);
    const verdict = call && (await answerHook(call, house));
    expect(JSON.stringify(call && verdict ? (renderVerdict(call, verdict) ?? {}) : {})).not.toMatch(
      /"allow"/,
    );
    return verdict === undefined || verdict.kind === 'context' ? 'pass' : verdict.kind;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return 'unread';
  }
}

async function working(directory = temporaryDirectory()) {
  const manager = await openProduction(directory);
  writeFileSync(join(directory, 'hooks.json'), table);
  const id = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Why bees dance' });
  await manager.updatePhase({ sessionId: id, phase: 'research', status: 'active' });
  const house: HookHouse = { directory, open: () => Promise.resolve(manager), note: () => {} };
  /** What is reserved now, all of which is given back. */
  const takeBack = async () => {
    const { money, operations } = (await manager.getSnapshot(id)).context;
    for (const key of Object.keys(operations)) await manager.releaseCost({ sessionId: id, key });
    return money.reserved;
  };
  return { manager, directory, house, takeBack };
}

function nested(depth: number): string {
  return `${'['.repeat(depth)}${']'.repeat(depth)}`;
}

const wrong = [null, true, 7, '', 'x', [], [[]], {}, { a: { b: [null] } }, 'y'.repeat(300_000)];

/** Each gives the payloads that a sample becomes. */
const ways: Record<string, (text: string) => string[]> = {
  truncated: (text) =>
    [0, 1, 0.25, 0.5, 0.75, 0.9].map((part) => text.slice(0, text.trimEnd().length * part - 1)),
  'of other types': (text) => {
    const payload = JSON.parse(text) as Payload;
    return Object.keys(payload)
      .filter((field) => field !== 'hook_event_name')
      .flatMap((field) => wrong.map((value) => JSON.stringify({ ...payload, [field]: value })));
  },
  'without a field': (text) => {
    const payload = JSON.parse(text) as Payload;
    return Object.keys(payload).map((field) => JSON.stringify({ ...payload, [field]: undefined }));
  },
  deep: (text) => deepened(text, nested(20_000)),
  huge: (text) => deepened(text, JSON.stringify({ text: 'bees '.repeat(400_000) })),
};

function deepened(text: string, value: string): string[] {
  const payload = JSON.parse(text) as Payload;
  return ['tool_input', 'tool_response', 'tool_calls', 'other'].map((field) =>
    JSON.stringify({ ...payload, [field]: '<here>' }).replace('"<here>"', () => value),
  );
}

describe('a hook that is broken', () => {
  test('given the samples, then all are here', () => {
    expect(samples).toHaveLength(22);
    expect(samples.filter(({ text }) => isPaidBefore(JSON.parse(text) as Payload))).toHaveLength(3);
  });

  test.each(Object.keys(ways))(
    'given each sample %s, then before a tool it is blocked, or its money reserved, everything else passes, and the books are sound',
    async (way) => {
      const { house, manager, takeBack } = await working();
      const wrongs: string[] = [];
      for (const { file, text } of samples) {
        const sample = JSON.parse(text) as Payload;
        for (const [n, payload] of (ways[way]?.(text) ?? []).entries()) {
          const said = await heard(payload, house, file);
          const about = `${file} ${way} ${n}`;
          const reserved = await takeBack();
          const isNamed = /"hook_event_name": ?"\w+"/.test(payload);
          const isPaid = isPaidBefore(sample) && /"tool_name": ?"mcp__/.test(payload);
          const isNameless = isBefore(sample) && !/"tool_name": ?"\w/.test(payload);
          if (isPaid && said === 'pass' && reserved !== 10_000) wrongs.push(`${about}: passes unpaid`);
          if (isNameless && said !== 'unread') wrongs.push(`${about}: passes unnamed`);
          if (!isBefore(sample) && isNamed && /unread|deny/.test(said)) wrongs.push(`${about}: ${said}`);
        }
      }
      expect(wrongs).toEqual([]);
      await expectSound(manager);
    },
  );

  test('given the production is missing, then each sample before a paid tool is denied, and every other passes', async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'hooks.json'), table);
    const open = () => Promise.reject(new Error('there is no production'));
    for (const { file, text } of samples)
      expect({ file, said: await heard(text, { directory, open, note: () => {} }, file) }).toEqual({
        file,
        said: isPaidBefore(JSON.parse(text) as Payload) ? 'deny' : 'pass',
      });
  });

  test.runIf(mayMount)(
    'given the disk is full, then each sample before a paid tool is denied, every other passes, and after it is free the books are sound',
    async () => {
      const { directory: mounted } = mountSmall(2048);
      const { house, directory, manager } = await working(mounted);
      const { spent } = (await manager.verify()) as { spent: number };
      const filler = join(mounted, 'filler');
      fill(filler, mounted);
      for (const { file, text } of samples)
        expect({ file, said: await heard(text, house, file) }).toEqual({
          file,
          said: isPaidBefore(JSON.parse(text) as Payload) ? 'deny' : 'pass',
        });
      writeFileSync(filler, '');
      await manager.close().catch(() => {});
      const again = await openProduction(directory);
      await expectSound(again);
      expect(await again.verify()).toMatchObject({ ok: true, spent });
    },
  );
});

function fill(path: string, mounted: string): void {
  const { bavail, bsize } = statfsSync(mounted);
  writeFileSync(path, Buffer.alloc(bavail * bsize));
}
