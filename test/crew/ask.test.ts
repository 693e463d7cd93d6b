import { describe, expect, onTestFinished, test } from 'vitest';
import { ProductionStateManager, defineCrew, type AskOptions, type PhaseContext } from '../../src/index.js';
import { temporaryProduction, type TemporaryProduction } from '../../src/testing/index.js';

interface Asking extends TemporaryProduction {
  sessionId: string;
  /** What the worker was told, in order. */
  answers: unknown[];
  crew: ReturnType<typeof defineCrew>;
}

/** A crew that pays for a draft, asks, and pays for the rest. */
async function asking(question: Partial<AskOptions> = {}): Promise<Asking> {
  const made = await temporaryProduction();
  onTestFinished(made.remove);
  const sessionId = await made.manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  const answers: unknown[] = [];
  const pay = ({ operation }: PhaseContext, key: string): Promise<string> =>
    operation('call', { key, maxCost: '0.10' }, () => Promise.resolve({ result: key, cost: '0.05' }));
  const crew = defineCrew({
    research: () => Promise.resolve(null),
    async script(context) {
      await pay(context, 'draft');
      const answer = await context.ask({ key: 'title', question: 'Which title?', ...question });
      answers.push(answer);
      await pay(context, 'rest');
      return { answer };
    },
    audio: () => Promise.resolve(null),
  });
  return { ...made, sessionId, answers, crew };
}

describe('a worker that asks', () => {
  test('given nobody has answered, then the phase pauses, and what it waits for is told with the commands that answer it', async () => {
    const { manager, sessionId, crew } = await asking({ choices: ['Why bees dance', 'Bees'] });
    const command = `showrunner answer ${sessionId} title 'Why bees dance'`;
    expect(await manager.produce(sessionId, crew)).toMatchObject({
      outcome: 'waiting',
      reason: expect.stringContaining(command) as string,
    });
    const { value, context } = await manager.getSnapshot(sessionId);
    expect(value).toEqual({ script: 'paused' });
    expect(context.operations).toMatchObject({ title: { amount: 0, state: 'held' } });
    expect(await manager.produce(sessionId, crew)).toMatchObject({
      outcome: 'waiting',
      reason: expect.stringContaining(command) as string,
    });
  });

  test('given it is answered, when it is produced again, also after a restart, then the worker has the answer, and nothing is paid twice', async () => {
    const made = await asking();
    const { manager, sessionId, crew, answers } = made;
    await manager.produce(sessionId, crew);
    await manager.answer({ sessionId, key: 'title', answer: { title: 'Bees' }, by: 'Ada' });
    expect((await manager.getSnapshot(sessionId)).value).toEqual({ script: 'active' });
    await manager.close();
    const { directory, clock } = made;
    const reopened = await ProductionStateManager.open({ directory, clock });
    onTestFinished(() => reopened.close());
    expect(await reopened.produce(sessionId, crew)).toMatchObject({ outcome: 'complete' });
    expect(answers).toEqual([{ title: 'Bees' }]);
    expect((await reopened.getEpisodeState(sessionId)).total_cost).toBe(0.1);
    const told = (await reopened.history(sessionId)).find(({ event }) => event.by === 'Ada');
    expect(told?.event).toMatchObject({ type: 'operation.settled', key: 'title', cost: 0 });
    expect(await reopened.verify()).toMatchObject({ ok: true });
  });

  test.each<[string, Partial<AskOptions>, unknown]>([
    ['none of the choices', { choices: ['yes', 'no'] }, 'perhaps'],
    ['of another type than the schema says', { schema: { type: 'integer', minimum: 1 } }, 'three'],
    ['outside of what the schema allows', { schema: { type: 'integer', minimum: 1 } }, 0],
  ])(
    'given an answer that is %s, then it is refused and the question stays',
    async (_what, question, answer) => {
      const { manager, sessionId, crew } = await asking(question);
      await manager.produce(sessionId, crew);
      await expect(manager.answer({ sessionId, key: 'title', answer })).rejects.toMatchObject({
        code: 'answer_refused',
        field: 'answer',
      });
      expect((await manager.getSnapshot(sessionId)).context.operations).toHaveProperty('title');
    },
  );

  test('given it was answered, or nothing is asked under the key, then another answer is refused', async () => {
    const { manager, sessionId, crew } = await asking();
    await manager.produce(sessionId, crew);
    await expect(manager.answer({ sessionId, key: 'other', answer: 1 })).rejects.toMatchObject({
      code: 'operation_unknown',
      message: expect.stringContaining('it asks title') as string,
    });
    await manager.answer({ sessionId, key: 'title', answer: 1 });
    await expect(manager.answer({ sessionId, key: 'title', answer: 2 })).rejects.toMatchObject({
      code: 'operation_settled',
    });
  });

  test('given a default and a deadline that has passed, when it is resumed, then the default counts, and that is on record', async () => {
    const { manager, clock, sessionId, crew, answers } = await asking({
      default: 'Bees',
      deadline: '2025-09-04T00:00:00Z',
    });
    expect(await manager.produce(sessionId, crew)).toMatchObject({ outcome: 'waiting' });
    clock.set('2025-09-04T00:00:01.000Z');
    await manager.resume({ sessionId });
    expect(await manager.produce(sessionId, crew)).toMatchObject({ outcome: 'complete' });
    expect(answers).toEqual(['Bees']);
  });

  test('given produce waits for people, when somebody answers meanwhile, then it goes on by itself', async () => {
    const { manager, sessionId, crew, answers } = await asking();
    const told: string[] = [];
    const producing = manager.produce(sessionId, crew, {
      waitForApproval: true,
      onProgress: ({ message }) => told.push(message),
    });
    await expect.poll(() => told.join()).toContain(`showrunner answer ${sessionId} title`);
    await manager.answer({ sessionId, key: 'title', answer: 'Bees' });
    expect(await producing).toMatchObject({ outcome: 'complete' });
    expect(answers).toEqual(['Bees']);
  });

  test.each<[string, object, string]>([
    ['no question', { question: '' }, 'question'],
    ['a deadline without a default', { deadline: '2025-09-04T00:00:00Z' }, 'default'],
    ['a deadline that is no time', { deadline: 'tomorrow', default: 1 }, 'deadline'],
    ['a schema that is none', { schema: { type: 'sentence' } }, 'schema'],
  ])('given %s, then the worker is told so, and nothing is asked', async (_what, question, field) => {
    const { manager, sessionId, crew } = await asking(question);
    expect(await manager.produce(sessionId, crew)).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining(field) as string,
    });
    expect((await manager.getSnapshot(sessionId)).context.operations).toEqual({});
  });

  test('given a question that waits, when another episode needs the rest of the money, then it is not in the way', async () => {
    const { manager, sessionId, crew } = await asking();
    await manager.produce(sessionId, crew);
    const other = await manager.createEpisodeSession({ episodeNum: 2, topic: 'Wasps' });
    await manager.updatePhase({ sessionId: other, phase: 'research', status: 'active' });
    const all = { sessionId: other, phase: 'research', operation: 'call', maxCost: '7.00' } as const;
    await manager.reserveCost({ ...all, key: 'a' });
    expect((await manager.getEpisodeState(other)).phases.research.status).toBe('active');
  });
});
