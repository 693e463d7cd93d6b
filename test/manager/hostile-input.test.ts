import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ProductionError, ProductionStateManager, defineCrew } from '../../src/index.js';
import { temporaryProduction, type TemporaryProduction } from '../../src/testing/index.js';
import { expectSound, journalText } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

interface Given extends TemporaryProduction {
  sessionId: string;
}

async function givenEpisode(): Promise<Given> {
  const production = await temporaryProduction();
  onTestFinished(() => production.remove());
  const sessionId = await production.manager.createEpisodeSession({ episodeNum: 1, topic: 'Hostile' });
  await production.manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
  return { ...production, sessionId };
}

type Call = [
  name: string,
  call: (manager: ProductionStateManager, bad: never, sessionId: string) => Promise<unknown>,
];

const idleCrew = defineCrew({
  research: () => Promise.resolve(),
  script: () => Promise.resolve(),
  audio: () => Promise.resolve(),
});

const byId: Call[] = [
  [
    'updatePhase',
    (manager, bad) => manager.updatePhase({ sessionId: bad, phase: 'research', status: 'active', cost: 1 }),
  ],
  [
    'saveCheckpoint',
    (manager, bad) => manager.saveCheckpoint({ sessionId: bad, phase: 'research', data: {} }),
  ],
  ['completeEpisode', (manager, bad) => manager.completeEpisode(bad)],
  ['getEpisodeState', (manager, bad) => manager.getEpisodeState(bad)],
  ['getSnapshot', (manager, bad) => manager.getSnapshot(bad)],
  ['getPhaseStatus', (manager, bad) => manager.getPhaseStatus(bad, 'research')],
  ['resumeEpisode', (manager, bad) => manager.resumeEpisode(bad)],
  ['loadCheckpoint', (manager, bad) => manager.loadCheckpoint(bad, 'research')],
  ['recoverFailedSession', (manager, bad) => manager.recoverFailedSession(bad)],
  [
    'addCost',
    (manager, bad) => manager.addCost({ sessionId: bad, phase: 'research', operation: 'step', cost: 1 }),
  ],
  ['getPhaseCost', (manager, bad) => manager.getPhaseCost(bad, 'research')],
  ['getEpisodeCost', (manager, bad) => manager.getEpisodeCost(bad)],
  [
    'reserveCost',
    (manager, bad) =>
      manager.reserveCost({ sessionId: bad, phase: 'research', operation: 'step', key: 'k', maxCost: 1 }),
  ],
  [
    'settleCost',
    (manager, bad) => manager.settleCost({ sessionId: bad, key: 'k', cost: 1, result: 'x'.repeat(70_000) }),
  ],
  ['releaseCost', (manager, bad) => manager.releaseCost({ sessionId: bad, key: 'k' })],
  ['getOperationResult', (manager, bad) => manager.getOperationResult(bad, 'k')],
  [
    'raiseBudget',
    (manager, bad) =>
      manager.raiseBudget({ sessionId: bad, scope: 'total', amount: 1, by: 'me', reason: 'why' }),
  ],
  ['checkpointPhase', (manager, bad) => manager.checkpointPhase(bad, 'research')],
  ['createCheckpoint', (manager, bad) => manager.createCheckpoint({ sessionId: bad, checkpointName: 'x' })],
  ['restoreCheckpoint', (manager, bad) => manager.restoreCheckpoint({ sessionId: bad, checkpointName: 'x' })],
  [
    'markPhaseFailed',
    (manager, bad) => manager.markPhaseFailed({ sessionId: bad, phase: 'research', error: 'x' }),
  ],
  ['canRecover', (manager, bad) => manager.canRecover(bad)],
  ['initiateRecovery', (manager, bad) => manager.initiateRecovery(bad)],
  ['archiveFailedEpisode', (manager, bad) => manager.archiveFailedEpisode(bad)],
  ['recordQuality', (manager, bad) => manager.recordQuality({ sessionId: bad, name: 'x', value: 1 })],
  ['skipPhase', (manager, bad) => manager.skipPhase({ sessionId: bad, phase: 'research', reason: 'x' })],
  [
    'fulfillPhase',
    (manager, bad) => manager.fulfillPhase({ sessionId: bad, phase: 'research', reason: 'x' }),
  ],
  ['pause', (manager, bad) => manager.pause({ sessionId: bad })],
  ['resume', (manager, bad) => manager.resume({ sessionId: bad })],
  ['approve', (manager, bad) => manager.approve({ sessionId: bad })],
  ['reject', (manager, bad) => manager.reject({ sessionId: bad, reason: 'x' })],
  ['cancelEpisode', (manager, bad) => manager.cancelEpisode({ sessionId: bad, reason: 'x' })],
  ['planRecovery', (manager, bad) => manager.planRecovery(bad)],
  ['forkEpisode', (manager, bad) => manager.forkEpisode({ sessionId: bad })],
  ['history', (manager, bad) => manager.history(bad)],
  ['stateAt', (manager, bad) => manager.stateAt(bad, 1)],
  ['actor', (manager, bad) => manager.actor(bad)],
  ['send', (manager, bad) => manager.send(bad, { type: 'phase.start', phase: 'research' })],
];

const badIds: unknown[] = [
  '../../x',
  '/etc/passwd',
  '',
  '.',
  '__proto__',
  'constructor',
  'ep_001_20250903_143022/../..',
  'ep_001_20250903_143022\u0000',
  'EP_001_20250903_143022',
  'ep_1_2_3',
  'x'.repeat(100_000),
  null,
  undefined,
  7,
  {},
  [],
  ['ep_001_20250903_143022'],
  Symbol('x'),
  () => 'ep_001_20250903_143022',
];

async function refusal(call: () => Promise<unknown>): Promise<ProductionError> {
  const error: unknown = await Promise.resolve()
    .then(call)
    .then(
      () => new Error('it was accepted'),
      (reason: unknown) => reason,
    );
  if (error instanceof ProductionError) return error;
  throw error;
}

describe('hostile input', () => {
  test.each(byId)(
    'given ids that are none, when %s is called, then it is refused by the name of the field and nothing is written',
    async (_, call) => {
      const { manager, directory, sessionId } = await givenEpisode();
      const before = journalText(directory);
      for (const bad of badIds) {
        const error = await refusal(() => call(manager, bad as never, sessionId));
        expect(error.code).toBe('invalid_input');
        expect(error.field).toMatch(/^session_?id$/i);
        expect(error.message.length).toBeLessThan(500);
      }
      expect(
        (await refusal(() => call(manager, 'ep_999_20250101_000000' as never, sessionId))).toJSON(),
      ).toMatchObject({ code: 'session_unknown', session_id: 'ep_999_20250101_000000' });
      expect(journalText(directory)).toBe(before);
      expect(existsSync(join(directory, 'ep_999_20250101_000000'))).toBe(false);
    },
  );

  const money: unknown[] = [
    Number.NaN,
    Infinity,
    -Infinity,
    -1,
    -0,
    1e308,
    '-1',
    '1e3',
    '1,5',
    '',
    ' 1',
    '0x10',
    '١',
    null,
    {},
    [],
    [1],
    true,
    1n,
    '1'.repeat(10_000),
    1_000_000.000001,
  ];
  /** A cost may be finer than a micro-dollar, and is rounded up; what a person sets may not. */
  const finer: unknown[] = [0.0000001, 1e-7, '0.0000001'];
  const byMoney: [string, string, Call[1]][] = [
    [
      'addCost',
      'cost',
      (manager, cost, sessionId) =>
        manager.addCost({ sessionId, phase: 'research', operation: 'step', cost }),
    ],
    [
      'updatePhase',
      'cost',
      (manager, cost, sessionId) =>
        manager.updatePhase({ sessionId, phase: 'research', status: 'complete', cost }),
    ],
    [
      'reserveCost',
      'maxCost',
      (manager, maxCost, sessionId) =>
        manager.reserveCost({ sessionId, phase: 'research', operation: 'step', key: 'new', maxCost }),
    ],
    [
      'settleCost',
      'cost',
      (manager, cost, sessionId) => manager.settleCost({ sessionId, key: 'open', cost }),
    ],
    [
      'raiseBudget',
      'amount',
      (manager, amount, sessionId) =>
        manager.raiseBudget({ sessionId, scope: 'total', amount, by: 'me', reason: 'why' }),
    ],
    [
      'createEpisodeSession',
      'budgets.total',
      (manager, total) => manager.createEpisodeSession({ episodeNum: 2, topic: 'x', budgets: { total } }),
    ],
  ];

  test.each(byMoney)(
    'given amounts that are none, when %s is called, then %s is refused and nothing is written',
    async (_, field, call) => {
      const { manager, directory, sessionId } = await givenEpisode();
      await manager.reserveCost({
        sessionId,
        phase: 'research',
        operation: 'step',
        key: 'open',
        maxCost: '0.10',
      });
      const before = journalText(directory);
      for (const bad of field === 'cost' ? money : [...money, ...finer])
        expect(await refusal(() => call(manager, bad as never, sessionId))).toMatchObject({
          code: 'invalid_input',
          field,
        });
      expect(journalText(directory)).toBe(before);
    },
  );

  const names: unknown[] = [
    '../../x',
    '/etc/passwd',
    '__proto__',
    'constructor',
    'prototype',
    'con',
    'nul',
    'A',
    'a b',
    'a\u0000',
    '',
    '.',
    'a/b',
    'x'.repeat(65),
    null,
    7,
    {},
    'ä',
  ];
  const byName: [string, string, Call[1]][] = [
    [
      'createCheckpoint',
      'checkpointName',
      (manager, checkpointName, sessionId) => manager.createCheckpoint({ sessionId, checkpointName }),
    ],
    [
      'restoreCheckpoint',
      'checkpointName',
      (manager, checkpointName, sessionId) => manager.restoreCheckpoint({ sessionId, checkpointName }),
    ],
    ['loadCheckpoint', 'checkpoint', (manager, name, sessionId) => manager.loadCheckpoint(sessionId, name)],
    [
      'forkEpisode',
      'checkpointName|checkpoint',
      (manager, checkpointName, sessionId) => manager.forkEpisode({ sessionId, checkpointName }),
    ],
    [
      'addCost',
      'operation',
      (manager, operation, sessionId) =>
        manager.addCost({ sessionId, phase: 'research', operation, cost: 1 }),
    ],
    [
      'reserveCost',
      'operation',
      (manager, operation, sessionId) =>
        manager.reserveCost({ sessionId, phase: 'research', operation, key: 'k', maxCost: 1 }),
    ],
    [
      'recordQuality',
      'name',
      (manager, name, sessionId) => manager.recordQuality({ sessionId, name, value: 1 }),
    ],
    [
      'phases of updatePhase',
      'phase',
      (manager, phase, sessionId) => manager.updatePhase({ sessionId, phase, status: 'active' }),
    ],
    [
      'phases of getPhaseCost',
      'phase',
      (manager, phase, sessionId) => manager.getPhaseCost(sessionId, phase),
    ],
    [
      'phases of addCost',
      'phase',
      (manager, phase, sessionId) => manager.addCost({ sessionId, phase, operation: 'step', cost: 1 }),
    ],
    [
      'phases of recoverFailedSession',
      'phase',
      (manager, phase, sessionId) => manager.recoverFailedSession(sessionId, { phase }),
    ],
  ];

  test.each(byName)(
    'given names that are none, when %s is called with them, then %s is refused and nothing is written',
    async (_, field, call) => {
      const { manager, directory, sessionId } = await givenEpisode();
      const before = journalText(directory);
      for (const bad of names) {
        const error = await refusal(() => call(manager, bad as never, sessionId));
        expect({ bad, code: error.code, field: error.field }).toEqual({
          bad,
          code: 'invalid_input',
          field: expect.stringMatching(new RegExp(`^(?:${field})$`)),
        });
      }
      expect(journalText(directory)).toBe(before);
    },
  );

  const byKey: [string, Call[1]][] = [
    [
      'addCost',
      (manager, key, sessionId) =>
        manager.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.01', key }),
    ],
    [
      'reserveCost',
      (manager, key, sessionId) =>
        manager.reserveCost({ sessionId, phase: 'research', operation: 'step', key, maxCost: '0.01' }),
    ],
    [
      'settleCost',
      (manager, key, sessionId) => manager.settleCost({ sessionId, key, cost: '0.01', result: 1 }),
    ],
    ['settleCost without a cost', (manager, key, sessionId) => manager.settleCost({ sessionId, key })],
    ['releaseCost', (manager, key, sessionId) => manager.releaseCost({ sessionId, key })],
  ];

  test.each(byKey)(
    'given operation keys that are none, when %s is called with them, then the key is refused and nothing is written',
    async (_, call) => {
      const { manager, directory, sessionId } = await givenEpisode();
      const before = journalText(directory);
      for (const bad of [
        '__proto__',
        'constructor',
        'prototype',
        'toString',
        'hasOwnProperty',
        'valueOf',
        '',
        ' a',
        'ä',
        'a\u0000',
        'x'.repeat(201),
        null,
        7,
        {},
      ]) {
        const error = await refusal(() => call(manager, bad as never, sessionId));
        expect({ bad, code: error.code, field: error.field }).toEqual({
          bad,
          code: 'invalid_input',
          field: 'key',
        });
      }
      expect(journalText(directory)).toBe(before);
      expect(({} as { amount?: unknown }).amount).toBeUndefined();
    },
  );

  test('given odd operation keys, when they are used, then each is settled once and its result comes back', async () => {
    const { manager, sessionId } = await givenEpisode();
    const keys = [
      'isPrototypeOf',
      '__defineGetter__',
      '../../x',
      'a b: "c"\\',
      '~'.repeat(200),
      '"session":"x"',
    ];
    for (const key of keys) {
      expect(await refusal(() => manager.settleCost({ sessionId, key, cost: '0.01' }))).toMatchObject({
        code: 'operation_unknown',
        sessionId,
      });
      expect(await refusal(() => manager.releaseCost({ sessionId, key }))).toMatchObject({
        code: 'operation_unknown',
        sessionId,
      });
      await manager.reserveCost({ sessionId, phase: 'research', operation: 'step', key, maxCost: '0.05' });
      expect(
        await refusal(() =>
          manager.reserveCost({ sessionId, phase: 'research', operation: 'step', key, maxCost: '0.05' }),
        ),
      ).toMatchObject({ code: 'operation_exists', sessionId });
      await manager.settleCost({ sessionId, key, cost: '0.01', result: { key, constructor: 1 } });
      expect(await refusal(() => manager.settleCost({ sessionId, key, cost: '0.01' }))).toMatchObject({
        code: 'operation_settled',
        sessionId,
      });
      expect(await manager.getOperationResult(sessionId, key)).toEqual({ key, constructor: 1 });
      expect(await manager.getOperationResult(sessionId, `${key}2`)).toBeUndefined();
    }
    expect(await manager.getEpisodeCost(sessionId)).toBe(0.06);
    await expectSound(manager);
  });

  test('given data that holds __proto__ and friends, when it is checkpointed, then it comes back and pollutes nothing', async () => {
    const { manager, sessionId } = await givenEpisode();
    const data = JSON.parse(
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toJSON":"no"}',
    ) as unknown;
    await manager.createCheckpoint({ sessionId, checkpointName: 'odd', data });
    const loaded = await manager.loadCheckpoint(sessionId, 'odd');
    expect(JSON.stringify(loaded.data)).toBe(JSON.stringify(data));
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    await expectSound(manager);
  });

  test('given data that JSON cannot carry, when it is checkpointed, then it is refused by name', async () => {
    const { manager, directory, sessionId } = await givenEpisode();
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    const before = journalText(directory);
    for (const data of [circular, 1n, { deep: 10n }]) {
      expect(
        await refusal(() => manager.createCheckpoint({ sessionId, checkpointName: 'odd', data })),
      ).toMatchObject({ code: 'invalid_input', field: 'data' });
      expect(
        await refusal(() => manager.updatePhase({ sessionId, phase: 'research', status: 'complete', data })),
      ).toMatchObject({ code: 'invalid_input', field: 'data' });
    }
    expect(journalText(directory)).toBe(before);
  });

  test('given scores that are no numbers, or too large to be averaged, when they are recorded, then they are refused', async () => {
    const { manager, directory, sessionId } = await givenEpisode();
    const before = journalText(directory);
    for (const value of [Number.NaN, Infinity, 1e308, -1_000_001, '1', null])
      expect(
        await refusal(() => manager.recordQuality({ sessionId, name: 'score', value: value as number })),
      ).toMatchObject({ code: 'invalid_input', field: 'value' });
    expect(journalText(directory)).toBe(before);
  });

  test('given topics and reasons that are too long or unprintable, when they are used, then they are refused by name', async () => {
    const { manager, directory, sessionId } = await givenEpisode();
    const before = journalText(directory);
    for (const bad of [
      'x'.repeat(10_000_000),
      '',
      '   ',
      'a\u0000b',
      'a\u001b[31mred',
      'a\rb',
      '\ud800',
      'a\u2028b',
      null,
      7,
      {},
    ]) {
      expect(
        await refusal(() => manager.createEpisodeSession({ episodeNum: 3, topic: bad as string })),
      ).toMatchObject({ code: 'invalid_input', field: 'topic' });
      expect(await refusal(() => manager.cancelEpisode({ sessionId, reason: bad as string }))).toMatchObject({
        code: 'invalid_input',
        field: 'reason',
      });
      expect(
        await refusal(() =>
          manager.raiseBudget({ sessionId, scope: 'day', amount: 1, by: bad as string, reason: 'why' }),
        ),
      ).toMatchObject({ code: 'invalid_input', field: 'by' });
    }
    for (const bad of [0, -1, 1.5, Number.NaN, 10_000_000, '1', null])
      expect(
        await refusal(() => manager.createEpisodeSession({ episodeNum: bad as number, topic: 'x' })),
      ).toMatchObject({ code: 'invalid_input', field: 'episodeNum' });
    for (const bad of [null, undefined, 7, 'x', []])
      expect(await refusal(() => manager.createEpisodeSession(bad as never))).toMatchObject({
        code: 'invalid_input',
      });
    expect(journalText(directory)).toBe(before);
  });

  const byObject: Call[] = [
    ['resume', (manager, bad) => manager.resume(bad)],
    ['fulfillPhase', (manager, bad) => manager.fulfillPhase(bad)],
    ['recoverFailedSession', (manager, bad, sessionId) => manager.recoverFailedSession(sessionId, bad)],
    ['open', (_, bad) => ProductionStateManager.open(bad)],
    ['produce, for a crew,', (manager, bad, sessionId) => manager.produce(sessionId, bad)],
    ['getPhaseCost, for a phase,', (manager, bad, sessionId) => manager.getPhaseCost(sessionId, bad)],
  ];

  test.each(byObject)(
    'given null, texts and numbers, when %s is called with them, then they are refused and nothing is written',
    async (_, call) => {
      const { manager, directory, sessionId } = await givenEpisode();
      const before = journalText(directory);
      for (const bad of [null, 7, 'x', Object.assign(Object.create(null), { phase: 7, directory: 7 })])
        expect(await refusal(() => call(manager, bad as never, sessionId))).toMatchObject({
          code: 'invalid_input',
        });
      expect(journalText(directory)).toBe(before);
    },
  );

  test('given directories and writers that are none, when a production is opened, then the field is named and nothing is made', async () => {
    const { directory } = await givenEpisode();
    const fresh = join(directory, 'fresh');
    for (const bad of ['', 7, null, {}])
      expect(await refusal(() => ProductionStateManager.open({ directory: bad as string }))).toMatchObject({
        code: 'invalid_input',
        field: 'directory',
      });
    for (const bad of ['', 7, null, {}, 'a\u001b[31mred', 'x'.repeat(201)])
      expect(
        await refusal(() => ProductionStateManager.open({ directory: fresh, by: bad as string })),
      ).toMatchObject({ code: 'invalid_input', field: 'by' });
    expect(existsSync(fresh)).toBe(false);
  });

  test('given leases that are none, when an episode is to be produced, then they are refused and nothing is written', async () => {
    const { manager, directory, sessionId } = await givenEpisode();
    const before = journalText(directory);
    const nothing = async (): Promise<object> => ({});
    const crew = defineCrew({ research: nothing, script: nothing, audio: nothing });
    for (const leaseMs of [Number.NaN, 0, -1, Infinity, '60', null])
      expect(
        await refusal(() => manager.produce(sessionId, crew, { leaseMs: leaseMs as number })),
      ).toMatchObject({ code: 'invalid_input', field: 'leaseMs' });
    expect(journalText(directory)).toBe(before);
  });

  test('given an episode topic in another script with emoji, when it is created, then it is kept as it is', async () => {
    const { manager } = await givenEpisode();
    const topic = '深い学び 🎙️ naïve — „Zitat“';
    const sessionId = await manager.createEpisodeSession({ episodeNum: 4, topic });
    expect((await manager.getEpisodeState(sessionId)).topic).toBe(topic);
  });

  test('given costs that come with a refused change of phase, when they are sent, then neither is written', async () => {
    const { manager, directory, sessionId } = await givenEpisode();
    const before = journalText(directory);
    expect(
      await refusal(() =>
        manager.updatePhase({ sessionId, phase: 'research', status: 'pending', cost: '0.5' }),
      ),
    ).toMatchObject({ code: 'wrong_state', field: 'status' });
    expect(
      await refusal(() =>
        manager.updatePhase({ sessionId, phase: 'research', status: 'skipped', cost: '0.5' }),
      ),
    ).toMatchObject({ code: 'invalid_input', field: 'reason' });
    expect(
      await refusal(() => manager.updatePhase({ sessionId, phase: 'audio', status: 'active', cost: '0.5' })),
    ).toMatchObject({ code: 'wrong_state', sessionId });
    expect(
      await refusal(() =>
        manager.updatePhase({ sessionId, phase: 'audio', status: 'failed', cost: '0.5', error: 'x' }),
      ),
    ).toMatchObject({ sessionId });
    expect(
      await refusal(() => manager.updatePhase({ sessionId, phase: 'script', status: 'complete' })),
    ).toMatchObject({ sessionId });
    expect(journalText(directory)).toBe(before);
    expect(await manager.getEpisodeCost(sessionId)).toBe(0);
  });

  test('given events of XState and of nobody, when they are sent, then they are refused', async () => {
    const { manager, directory, sessionId } = await givenEpisode();
    const before = journalText(directory);
    for (const type of [
      'xstate.init',
      'xstate.stop',
      'xstate.done.actor.x',
      'xstate.after.1',
      '',
      'phase.',
      '__proto__',
      'constructor',
      '*',
      'episode.created',
      null,
      7,
    ]) {
      expect(await refusal(() => manager.send(sessionId, { type } as never))).toMatchObject({
        code: 'invalid_input',
      });
    }
    expect(
      await refusal(() =>
        manager.send(sessionId, { type: 'phase.start', phase: 'research', extra: 1 } as never),
      ),
    ).toMatchObject({ code: 'invalid_input' });
    expect(await refusal(() => manager.send(sessionId, null as never))).toMatchObject({
      code: 'invalid_input',
    });
    expect(journalText(directory)).toBe(before);
  });

  const withoutInput: Call[] = [
    ['resume', (manager, bad) => manager.resume(bad)],
    ['pause', (manager, bad) => manager.pause(bad)],
    ['fulfillPhase', (manager, bad) => manager.fulfillPhase(bad)],
    ['skipPhase', (manager, bad) => manager.skipPhase(bad)],
    ['addCost', (manager, bad) => manager.addCost(bad)],
    ['recoverFailedSession', (manager, bad, sessionId) => manager.recoverFailedSession(sessionId, bad)],
    ['cleanupOrphanedSessions', (manager, bad) => manager.cleanupOrphanedSessions(bad)],
    ['produce with such options', (manager, bad, sessionId) => manager.produce(sessionId, idleCrew, bad)],
  ];

  test.each(withoutInput)(
    'given no object where one belongs, when %s is called, then it is refused and nothing is written',
    async (_, call) => {
      const { manager, directory, sessionId } = await givenEpisode();
      const before = journalText(directory);
      for (const bad of [null, 7, 'x'])
        expect(await refusal(() => call(manager, bad as never, sessionId))).toMatchObject({
          code: 'invalid_input',
        });
      expect(journalText(directory)).toBe(before);
    },
  );

  test('given a crew with a worker missing, or options out of range, when an episode is produced, then it is refused by name and the episode does not fail', async () => {
    const { manager, directory, sessionId } = await givenEpisode();
    const before = journalText(directory);
    for (const bad of [undefined, null, 7, {}, { ...idleCrew, research: 'worker' }]) {
      expect(await refusal(() => manager.produce(sessionId, bad as never))).toMatchObject({
        code: 'invalid_input',
        field: 'crew.research',
      });
    }
    expect(
      await refusal(() => Promise.resolve(defineCrew({ ...idleCrew, audio: undefined as never }))),
    ).toMatchObject({ code: 'invalid_input', field: 'crew.audio' });
    for (const [field, bad] of [
      ['leaseMs', Number.NaN],
      ['leaseMs', 0],
      ['graceMs', -1],
      ['holder', ''],
    ] as const) {
      expect(await refusal(() => manager.produce(sessionId, idleCrew, { [field]: bad }))).toMatchObject({
        code: 'invalid_input',
        field,
      });
    }
    for (const concurrency of [Number.NaN, 0, 0.5]) {
      expect(await refusal(() => manager.produceAll([sessionId], idleCrew, { concurrency }))).toMatchObject({
        code: 'invalid_input',
        field: 'concurrency',
      });
    }
    expect(journalText(directory)).toBe(before);
  });

  test.each<[field: string, options: unknown]>([
    ['input', null],
    ['directory', { directory: 7 }],
    ['directory', { directory: '' }],
    ['directory', { directory: 'a\u0000b' }],
    ['clock', { clock: {} }],
    ['clock', { clock: null }],
    ['by', { by: 7 }],
    ['before', { hooks: { before: 'no' } }],
    ['clock', { clock: { now: () => 7 } }],
    ['readOnly', { readOnly: 'yes' }],
    ['segmentBytes', { segmentBytes: -1 }],
    ['policy', { policy: 7 }],
    ['policy.budgets.video', { policy: { budgets: { video: 1 } } }],
  ])(
    'given options to open of which %s is none, then it is refused by name and no directory is made',
    async (field, options) => {
      const directory = join(temporaryDirectory(), 'production');
      const given = options === null ? null : { directory, ...(options as object) };
      expect(await refusal(() => ProductionStateManager.open(given as never))).toMatchObject({
        code: 'invalid_input',
        field,
      });
      expect(existsSync(directory)).toBe(false);
    },
  );

  test('given hooks that are none, two numbers for one episode, or no list to produce, then each is refused by name and nothing is written', async () => {
    const { manager, directory, sessionId } = await givenEpisode();
    const before = journalText(directory);
    expect(await refusal(async () => manager.hook(null as never))).toMatchObject({ code: 'invalid_input' });
    expect(await refusal(async () => manager.hook({ onFailure: 7 } as never))).toMatchObject({
      code: 'invalid_input',
      field: 'onFailure',
    });
    expect(
      await refusal(() => manager.createEpisodeSession({ episodeNum: 1, episodeNumber: 2, topic: 'x' })),
    ).toMatchObject({ code: 'invalid_input', field: 'episodeNumber' });
    expect(await refusal(() => manager.produceAll(null as never, idleCrew))).toMatchObject({
      code: 'invalid_input',
      field: 'sessionIds',
    });
    expect(journalText(directory)).toBe(before);
    await manager.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.1' });
  });

  test('given a thousand episodes are made in one second, when they are counted, then each has an id of its own', async () => {
    const { manager } = await givenEpisode();
    const made = await Promise.all(
      Array.from({ length: 1000 }, () =>
        manager.createEpisodeSession({ episodeNum: 9, topic: 'Same second' }),
      ),
    );
    expect(new Set(made).size).toBe(1000);
    expect(made).toContain('ep_009_20250903_143022');
  });

  test('given a clock that steps back a little, when work goes on, then times stay in order; by more than an hour it is refused', async () => {
    const { manager, clock, directory, sessionId } = await givenEpisode();
    clock.advance(-30 * 60_000);
    await manager.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.1' });
    const times = (await manager.history(sessionId)).map(({ at }) => at);
    expect(times).toEqual(times.toSorted());
    clock.advance(-31 * 60_000);
    const before = journalText(directory);
    expect(
      await refusal(() => manager.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.1' })),
    ).toMatchObject({ code: 'clock_backwards', field: 'clock', remedy: 'operator' });
    expect(journalText(directory)).toBe(before);
    clock.advance(61 * 60_000);
    await manager.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.1' });
    expect(await manager.getEpisodeCost(sessionId)).toBe(0.2);
  });
});

describe('what a call is told that was written wrongly', () => {
  test.each<[string, (manager: ProductionStateManager, sessionId: string) => Promise<unknown>, string]>([
    [
      'an episode without number and key',
      (manager) => manager.createEpisodeSession({ topic: 'Bees' }),
      'episodeNum: is missing; give a number, or a key by which the episode is found again.',
    ],
    [
      'a name in the form of another language',
      (manager, id) =>
        manager.updatePhase({ session_id: id, phase: 'research', status: 'complete' } as never),
      'sessionId: is missing, which has to be a string.',
    ],
    [
      'an amount that is no number',
      (manager, sessionId) =>
        manager.updatePhase({ sessionId, phase: 'research', status: 'complete', cost: Number.NaN }),
      'cost: is not an amount of dollars such as 0.15 or "0.150000".',
    ],
  ])('given %s, then the sentence says what it has to be', async (_given, call, sentence) => {
    const { manager, sessionId } = await givenEpisode();
    await expect(call(manager, sessionId)).rejects.toThrow(sentence);
  });
});
