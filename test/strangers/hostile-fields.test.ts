import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CloudEvent } from 'cloudevents';
import { parseFeed } from 'feedsmith';
import { DOMParser } from 'linkedom';
import { describe, expect, test, vi } from 'vitest';
import {
  EpisodeContext,
  EpisodeEvent,
  rehydrate,
  type EpisodeSnapshot,
  type PersistedEpisode,
  type RecordedEvent,
  type SessionId,
} from '../../machines/index.js';
import { answerHook } from '../../src/agents/hooks/answer-hook.js';
import { parseHookCall } from '../../src/agents/hooks/hook-call.js';
import { renderVerdict } from '../../src/agents/hooks/render-verdict.js';
import { statusLine } from '../../src/agents/status-line.js';
import { listedTools } from '../../src/agents/tools.js';
import { catalog } from '../../src/cli/catalog.js';
import { makeContext } from '../../src/cli/context.js';
import { reportError } from '../../src/cli/report-error.js';
import { forTerminal } from '../../src/cli/standard-output.js';
import { subRip, webVtt } from '../../src/crew/audio/captions.js';
import { chaptersOf, jsonChapters } from '../../src/crew/audio/chapters.js';
import { feedItem } from '../../src/crew/audio/feed-item.js';
import { SpokenScript } from '../../src/crew/offline/script/lines.js';
import { actorMessage, stepMessages } from '../../src/inspect/messages.js';
import { prometheusText } from '../../src/reports/prometheus-text.js';
import { boardEpisode } from '../../src/studio/board.js';
import { Operations } from '../../src/studio/operations-view.js';
import { Timeline } from '../../src/studio/timeline.js';
import { cloudEventsOf } from '../../src/telemetry/cloud-event.js';
import { connect } from '../agents/_client.js';
import { hostile } from '../support/hostile.js';
import { filled, shapeOf } from '../support/hostile-values.js';
import { openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

const at = '2025-09-03T14:30:22.000Z';
const plain = 'harmless';
const texts = [
  ...hostile,
  'a\u0000b',
  '\ud800alone',
  '\ufffe',
  '--> 00:00:01.000',
  '\n\n2\n00:00 --> 00:01\nx',
];
const steers =
  // oxlint-disable-next-line no-control-regex -- what nothing that is printed may hold
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
// oxlint-disable-next-line no-control-regex -- our own colours
const ours = /\u001b\[(?:1|2|22|3[1236]|39)m/g;
const states = [
  'failed',
  'archived',
  { research: 'active' },
  { script: 'paused' },
  { script: 'review' },
] as PersistedEpisode['value'][];

/** An episode with a text in each field of its memory that takes it. */
function episodeOf(
  value: PersistedEpisode['value'],
  text: string,
  instead: string,
  turn: number,
): EpisodeSnapshot {
  const context = filled(EpisodeContext, { text, instead, turn });
  return rehydrate({
    status: 'active',
    value,
    context: EpisodeContext.parse(context),
    children: {},
    historyValue: {},
  });
}

/** What is told of an episode, and of each event of the machine, with a text in each field that takes it. */
function told(text: string, instead: string, turn: number): unknown[] {
  const before = episodeOf(states[turn % states.length] ?? 'failed', text, instead, turn);
  const after = episodeOf(states[(turn + 1) % states.length] ?? 'failed', text, instead, turn + 1);
  const sessionId = after.context.sessionId as SessionId;
  const events = EpisodeEvent.options.map((option) =>
    Object.assign(filled(option, { text, instead, turn }) as RecordedEvent, { at }),
  );
  const steps = events.map((event) => ({ sessionId, event, before, after }));
  const sent = cloudEventsOf({ position: 1, end: 2, at, by: instead, local: true, steps }, '/showrunner/x');
  const [{ name: _name, ...first } = { name: '' }] = sent;
  expect(() => new CloudEvent(first as never)).not.toThrow();
  const told = { position: 1, at, by: instead, state: 'x', total_cost: 1 };
  const timeline = new Timeline();
  const operations = new Operations();
  for (const event of events) {
    timeline.take({ ...told, type: event.type, event });
    operations.take({ ...told, type: event.type, event });
  }
  return [
    sent,
    actorMessage(after),
    events.map((event) => stepMessages(sessionId, event, after, instead)),
    timeline.after(0),
    operations.after(0),
    boardEpisode(after, { now: () => at, policy: { timeZone: 'UTC' }, directory: 'production', position: 0 }),
  ];
}

test('given a hostile text in each field of an episode and of each event, then what webhooks, inspectors and the studio are told has the shape that it has with a harmless one', () => {
  for (const [index, text] of texts.entries()) {
    const wire = (instead: string): unknown => JSON.parse(JSON.stringify(told(text, instead, index)));
    const said = wire(text);
    expect(shapeOf(said), text).toEqual(shapeOf(wire(plain)));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  }
});

describe('what listeners and their programs read', () => {
  const scriptOf = (text: string, instead = text): SpokenScript =>
    SpokenScript.parse({ ...(filled(SpokenScript, { text, instead }) as object), created_at: at });
  const timelineOfScript = ({ lines }: SpokenScript) => ({
    placements: [...lines, ...lines].map((line, index) => ({
      line: { ...line, speaker: line.text },
      start: index * 16_000,
      head: 0,
      samples: 16_000,
    })),
    rate: 16_000,
    totalSamples: 40_000,
    voices: new Map<string, number>(),
  });

  test.each([
    ['WebVTT', (script: SpokenScript) => webVtt(timelineOfScript(script), script.title), '.', /<|-->/],
    ['SubRip', (script: SpokenScript) => subRip(timelineOfScript(script)), ',', /[<{]|-->/],
  ] as const)(
    'given hostile texts, then %s has as many cues as lines, and nothing of theirs steers a player or a terminal',
    (_name, write, point, orders) => {
      const time = String.raw`\d\d:\d\d:\d\d[${point}]\d{3}`;
      for (const text of texts) {
        const written = write(scriptOf(text));
        const blocks = written
          .replace(/^WEBVTT\n\nNOTE [^\n]*\n\n/, '')
          .trim()
          .split(/\n\n+/);
        expect(blocks, text).toHaveLength(2);
        for (const block of blocks)
          expect(block).toMatch(new RegExp(String.raw`^\d+\n${time} --> ${time}\n[^\n]*$`));
        expect(written).not.toMatch(steers);
        const words = blocks.map((block) => block.split('\n')[2]?.replace(/^<v [^>]*>/, '')).join(' ');
        expect(words).not.toMatch(orders);
      }
    },
  );

  test('given hostile texts, then the feed is XML of the same elements, and says them', async () => {
    const feedOf = (title: string): Promise<string> =>
      feedItem({
        title,
        artist: title,
        disclosure: title,
        sessionId: 'ep_001_20250903_143022',
        episodeNumber: 1,
        createdAt: at,
        mp3Bytes: 1,
        seconds: 2,
      });
    const elements = (xml: string): string[] =>
      [...new DOMParser().parseFromString(xml, 'text/xml').querySelectorAll('*')].map(
        ({ tagName }) => tagName,
      );
    const usual = elements(await feedOf(plain));
    for (const text of texts) {
      const xml = await feedOf(text);
      expect(elements(xml), text).toEqual(usual);
      // oxlint-disable-next-line no-control-regex -- what XML 1.0 cannot carry
      expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
      expect(xml.isWellFormed()).toBe(true);
      const { feed } = parseFeed(xml) as { feed: { items?: unknown[] } };
      expect(feed.items).toHaveLength(1);
    }
  });

  test('given hostile texts, then chapters and labels of metrics have the form that they have with a harmless one', () => {
    const chaptersIn = (script: SpokenScript) =>
      jsonChapters(script.title, chaptersOf(script, timelineOfScript(script)));
    const metricsOf = (text: string): string =>
      prometheusText([
        { name: 'a', type: 'gauge', help: 'b', samples: [{ labels: { of: text }, value: 1 }] },
      ]);
    for (const text of texts) {
      expect(shapeOf(chaptersIn(scriptOf(text)))).toEqual(shapeOf(chaptersIn(scriptOf(text, plain))));
      expect(metricsOf(text)).toMatch(/^# HELP a b\n# TYPE a gauge\na\{of="(?:[^"\\\n]|\\["\\n])*"\} 1\n$/);
    }
  });
});

describe('what agents and their hosts are told', () => {
  const samples = resolve(import.meta.dirname, '../agents/samples');

  test('given each payload of a host with hostile texts in each of its fields, then the answer is JSON of a known form, and the status line is one line', async () => {
    const directory = temporaryDirectory();
    const manager = await openProduction(directory);
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: hostile[16] ?? '' });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    const notes: string[] = [];
    const payloads = readdirSync(samples)
      .filter((name) => name.endsWith('.json'))
      .map((name) => JSON.parse(readFileSync(join(samples, name), 'utf8')) as object);
    for (const payload of payloads)
      for (const text of [texts.join(' '), '__proto__', texts.slice(0, 8).join('')]) {
        const replaced = JSON.parse(JSON.stringify(payload), (name, value: unknown) =>
          typeof value === 'string' && !/^(?:hook_event_name|hookEventName|event)$/.test(name) ? text : value,
        ) as object;
        const call = parseHookCall(replaced);
        const said = renderVerdict(
          call,
          await answerHook(call, { directory, open: async () => manager, note: (note) => notes.push(note) }),
        );
        expect(
          Object.keys(said ?? {}).filter(
            (name) => !['hookSpecificOutput', 'decision', 'reason'].includes(name),
          ),
        ).toEqual([]);
        expect(await statusLine(manager, directory, text)).toMatch(
          /^ep_001 research ◐ \$0\.00 of \$\d+\.00 · day \$0\.00 of \$\d+\.00$/,
        );
      }
    expect((await manager.verify()).problems).toEqual([]);
  });

  test('given hostile texts in each argument of each tool, each address of a resource and each prompt, then each answer is one object said twice, below 8 kB, and the production is sound', async () => {
    const { client, call, directory } = await connect('http', 'new', temporaryDirectory());
    const made = await call('create_episode', { episode_num: 1, topic: hostile[16] ?? '' });
    const known: Record<string, unknown> = {
      session_id: made.found['session_id'],
      phase: 'research',
      status: 'active',
      action: 'pause',
      scope: 'total',
      amount: '1',
      operation: 'ask',
      max_cost: '0.1',
      cost: '0.1',
      key: 'k',
      reason: 'r',
      name: 'n',
      value: 1,
      episode_num: 2,
      topic: 't',
      error: 'e',
      view: 'money',
    };
    let count = 0;
    for (const { name, inputSchema } of listedTools())
      for (const field of Object.keys(inputSchema.properties))
        for (const text of [texts.join(' ').slice(0, 2_000), texts[8] ?? '', '__proto__']) {
          const usual = Object.fromEntries(
            Object.keys(inputSchema.properties)
              .filter((each) => inputSchema.required.includes(each) && each in known)
              .map((each) => [each, known[each]]),
          );
          const answer = await client
            .callTool({ name, arguments: { ...usual, [field]: text } })
            .catch((error: unknown) => ({ error }));
          count += 1;
          if ('error' in answer) continue;
          const [content] = answer.content as { text: string }[];
          expect(JSON.parse(content?.text ?? 'null')).toEqual(answer.structuredContent ?? null);
          expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(8_192);
        }
    for (const text of texts) {
      await expect(client.readResource({ uri: `showrunner://episodes/${text}` })).rejects.toThrow(/./);
      await expect(client.getPrompt({ name: text, arguments: {} })).rejects.toThrow(/./);
    }
    expect(count).toBeGreaterThan(100);
    const manager = await openProduction(directory);
    expect((await manager.verify()).problems).toEqual([]);
  }, 60_000);
});

/** What runs until it is stopped, opens an editor or a browser, or asks the terminal. */
const lasting = new Set(['studio', 'inspect', 'mcp', 'watch', 'work', 'complete']);

test('given hostile texts in each argument and each option of each command, then nothing that is printed steers a terminal or looks like advice of ours', async () => {
  const directory = temporaryDirectory();
  const manager = await openProduction(directory);
  const id = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Why bees dance' });
  const { stderr } = process;
  const printed: string[] = [];
  const spy = vi.spyOn(stderr, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  const all = texts.join(' ');
  let count = 0;
  try {
    for (const { name, usage, options, load } of catalog.filter((command) => !lasting.has(command.name))) {
      const places = usage.split(' ').filter((word) => word !== '');
      const flags = options.flatMap(([flag]) =>
        / [<[]/.test(flag) ? [flag.split(' ')[0]?.slice(2) ?? ''] : [],
      );
      const args = (at: number): string[] =>
        places.map((place, index) =>
          index === at ? all : place === '<episode>' || place === '[episode]' ? id : 'research',
        );
      const calls = [
        ...places.map((_place, index) => ({ given: args(index), chosen: {} })),
        ...flags.map((flag) => ({
          given: args(-1),
          chosen: { [flag.replaceAll(/-([a-z])/g, (_all, letter: string) => letter.toUpperCase())]: all },
        })),
      ];
      for (const { given, chosen } of calls) {
        const { context, close } = makeContext({
          directory,
          policyFile: undefined,
          json: false,
          by: all.slice(0, 100),
        });
        try {
          const result = await (await load()).run(context, given, { ...chosen, yes: false, dryRun: true });
          printed.push(forTerminal(result.text), JSON.stringify(result.json ?? {}));
        } catch (error) {
          reportError(error, false);
        } finally {
          await close();
        }
        count += 1;
        const said = printed.splice(0).join('\n');
        expect(said.replaceAll(ours, ''), `${name} ${given.join(' ')}`.slice(0, 80)).not.toMatch(steers);
        expect(said).not.toMatch(/^ *next: curl/m);
      }
    }
  } finally {
    spy.mockRestore();
  }
  expect(count).toBeGreaterThan(100);
});
