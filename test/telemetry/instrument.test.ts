import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SpanStatusCode } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ProductionError, ProductionStateManager, defineCrew, type RemoteLog } from '../../src/index.js';
import { parseUsd } from '../../machines/index.js';
import { instrument } from '../../src/telemetry/instrument.js';
import { MemoryLog } from '../../src/testing/memory-log.js';
import { openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

const crew = defineCrew({
  research: ({ operation }) =>
    operation('query', { key: 'q', maxCost: '0.50' }, async () => ({ result: 1, cost: '0.15' })),
  script: ({ operation }) =>
    operation('write', { key: 'w', maxCost: '0.50' }, async () => ({ result: 1, cost: '0.200001' })),
  audio: () => Promise.resolve('done'),
});

function tracing(exporter: SpanExporter = new InMemorySpanExporter()): BasicTracerProvider {
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  onTestFinished(() => provider.shutdown().catch(() => {}));
  return provider;
}

function measuring(): { provider: MeterProvider; sums: () => Promise<Record<string, number>> } {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  onTestFinished(() => provider.shutdown());
  return {
    provider,
    async sums() {
      await provider.forceFlush();
      const last =
        exporter
          .getMetrics()
          .at(-1)
          ?.scopeMetrics.flatMap(({ metrics }) => metrics) ?? [];
      return Object.fromEntries(
        last.map(({ descriptor, dataPoints }) => [
          descriptor.name,
          dataPoints.reduce((sum, { value }) => sum + (typeof value === 'number' ? value : value.count), 0),
        ]),
      );
    },
  };
}

function runIn(exporter: InMemorySpanExporter): ReadableSpan | undefined {
  return exporter.getFinishedSpans().find(({ name }) => name === 'invoke_workflow produce');
}

function byName(spans: readonly ReadableSpan[]): Map<string, ReadableSpan> {
  return new Map(spans.map((span) => [span.name, span]));
}

async function instrumented(exporter: SpanExporter): Promise<{
  manager: ProductionStateManager;
  sessionId: string;
  sums: () => Promise<Record<string, number>>;
  stop: () => void;
}> {
  const manager = await openProduction(temporaryDirectory());
  const { provider: meterProvider, sums } = measuring();
  const stop = instrument(manager, { tracerProvider: tracing(exporter), meterProvider });
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  return { manager, sessionId, sums, stop };
}

describe('OpenTelemetry', () => {
  test('given a produced episode, then one trace has the run, its phases below it and their paid calls below them, with their cost', async () => {
    const exporter = new InMemorySpanExporter();
    const { manager, sessionId } = await instrumented(exporter);
    await manager.produce(sessionId, crew);
    const spans = byName(exporter.getFinishedSpans());
    const run = spans.get('invoke_workflow produce');
    const research = spans.get('invoke_agent research');
    const query = spans.get('execute_tool query');
    expect([...spans.keys()].toSorted()).toEqual([
      'execute_tool query',
      'execute_tool write',
      'invoke_agent audio',
      'invoke_agent research',
      'invoke_agent script',
      'invoke_workflow produce',
    ]);
    expect(new Set([...spans.values()].map((span) => span.spanContext().traceId)).size).toBe(1);
    expect(run?.parentSpanContext).toBeUndefined();
    expect(research?.parentSpanContext?.spanId).toBe(run?.spanContext().spanId);
    expect(query?.parentSpanContext?.spanId).toBe(research?.spanContext().spanId);
    expect(query?.attributes).toMatchObject({
      'showrunner.session.id': sessionId,
      'showrunner.operation': 'query',
      'showrunner.cost': 0.15,
      'showrunner.outcome': 'settled',
    });
    expect(run?.attributes).toMatchObject({
      'showrunner.state': 'complete',
      'showrunner.episode.cost': 0.350001,
    });
    expect(Object.keys(query?.attributes ?? {}).filter((name) => name.startsWith('gen_ai'))).toEqual([]);
  });

  test('given costs, reservations, releases and held calls, then the sums are the ledger’s', async () => {
    const { manager, sessionId, sums } = await instrumented(new InMemorySpanExporter());
    const phase = 'research';
    await manager.updatePhase({ sessionId, phase, status: 'active' });
    await manager.addCost({ sessionId, phase, operation: 'query', cost: '0.100001', key: 'a' });
    for (const key of ['b', 'c', 'd'])
      await manager.reserveCost({ sessionId, phase, operation: 'query', key, maxCost: '0.25' });
    await manager.settleCost({ sessionId, key: 'b', cost: '0.31' });
    await manager.releaseCost({ sessionId, key: 'c' });
    await manager.correctCost({ sessionId, key: 'b', cost: '0.12', by: 'Ada', reason: 'the invoice' });
    const found = await sums();
    expect(found['showrunner.cost']).toBeCloseTo(await manager.getTotalSpending(), 9);
    const { money } = (await manager.getSnapshot(sessionId)).context;
    expect(found['showrunner.reserved']).toBeCloseTo(money.reserved / 1e6, 9);
    expect(found['showrunner.operations']).toBe(3);
  });

  test('given a run that fails and a second that ends, then they are two traces, linked, and the failure is on the first', async () => {
    const exporter = new InMemorySpanExporter();
    const { manager, sessionId } = await instrumented(exporter);
    const broken = defineCrew({
      ...crew,
      script: () => Promise.reject(new ProductionError('quality_rejected', 'not good enough.')),
    });
    await manager.produce(sessionId, broken);
    await manager.produce(sessionId, crew);
    const runs = exporter.getFinishedSpans().filter(({ name }) => name === 'invoke_workflow produce');
    expect(runs).toHaveLength(2);
    expect(runs[0]?.status.code).toBe(SpanStatusCode.ERROR);
    expect(runs[1]?.status.code).toBe(SpanStatusCode.UNSET);
    expect(runs[1]?.links.map(({ context }) => context.spanId)).toEqual([runs[0]?.spanContext().spanId]);
    const failed = exporter.getFinishedSpans().find(({ name }) => name === 'invoke_agent script');
    expect(failed?.attributes['showrunner.phase.status']).toBe('failed');
  });

  test('given a run in one process and a later one in another, then the later one’s trace links to the earlier one’s', async () => {
    const [first, second] = [new InMemorySpanExporter(), new InMemorySpanExporter()];
    const { manager, sessionId } = await instrumented(first);
    const broken = defineCrew({
      ...crew,
      script: () => Promise.reject(new ProductionError('quality_rejected', 'not good enough.')),
    });
    await manager.produce(sessionId, broken);
    await manager.close();
    const later = await openProduction(manager.production.directory);
    instrument(later, { tracerProvider: tracing(second) });
    await later.produce(sessionId, crew);
    const [before, after] = [first, second].map((exporter) => runIn(exporter));
    expect(after?.links.map(({ context }) => [context.traceId, context.spanId])).toEqual([
      [before?.spanContext().traceId, before?.spanContext().spanId],
    ]);
    expect(after?.spanContext().traceId).not.toBe(before?.spanContext().traceId);
    const kept = readFileSync(join(manager.production.directory, sessionId, '.traceparent'), 'utf8');
    expect(kept).toBe(`00-${after?.spanContext().traceId}-${after?.spanContext().spanId}-01\n`);
    expect(await later.verify()).toMatchObject({ ok: true });
  });

  test.each(['', 'nonsense', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`, 'a folder'])(
    'given %j where the span of the last run is kept, then the run has no link, and goes on',
    async (text) => {
      const exporter = new InMemorySpanExporter();
      const { manager, sessionId } = await instrumented(exporter);
      const path = join(manager.production.directory, sessionId, '.traceparent');
      rmSync(path, { force: true });
      if (text === 'a folder') mkdirSync(path);
      else writeFileSync(path, text);
      expect(await manager.produce(sessionId, crew)).toMatchObject({ outcome: 'complete' });
      expect(runIn(exporter)?.links).toEqual([]);
    },
  );

  test('given an import with an opening balance, then the sum of costs is the ledger’s', async () => {
    const { manager, sums } = await instrumented(new InMemorySpanExporter());
    const opening = { source: '/old', where: 'state.json: total_cost', day: '2024-06-07' };
    const set = (amount: string, was: string): Promise<unknown> =>
      manager.production.commit(() => [
        { opening: [{ ...opening, amount: parseUsd(amount), was: parseUsd(was) }] },
      ]);
    await set('3.5', '0');
    await set('2', '3.5');
    expect((await sums())['showrunner.cost']).toBeCloseTo(await manager.getTotalSpending(), 9);
    expect(await manager.getTotalSpending()).toBe(2);
  });

  test.each<[string, object, object]>([
    [
      'Anthropic',
      { provider: 'anthropic', model: 'claude-sonnet-5', usage: { input_tokens: 120, output_tokens: 40 } },
      { 'gen_ai.provider.name': 'anthropic', 'gen_ai.response.model': 'claude-sonnet-5' },
    ],
    [
      'OpenAI',
      { model: 'gpt-7', usage: { prompt_tokens: 120, completion_tokens: 40 } },
      { 'gen_ai.response.model': 'gpt-7' },
    ],
    [
      'the AI SDK',
      { response: { modelId: 'm1' }, usage: { inputTokens: 120, outputTokens: 40 } },
      { 'gen_ai.response.model': 'm1' },
    ],
  ])(
    'given a call whose result tells its tokens in the form of %s, then its span says so with the opt-in, and without it says nothing of that',
    async (_form, result, attributes) => {
      for (const optIn of ['gen_ai_latest_experimental', '']) {
        vi.stubEnv('OTEL_SEMCONV_STABILITY_OPT_IN', optIn);
        onTestFinished(() => void vi.unstubAllEnvs());
        const exporter = new InMemorySpanExporter();
        const { manager, sessionId } = await instrumented(exporter);
        const asking = defineCrew({
          ...crew,
          research: ({ operation }) =>
            operation('query', { key: 'q', maxCost: '0.50' }, () =>
              Promise.resolve({ result, cost: '0.15' }),
            ),
        });
        await manager.produce(sessionId, asking);
        const call = exporter
          .getFinishedSpans()
          .find((span) => span.attributes['showrunner.operation'] === 'query');
        const told = Object.fromEntries(
          Object.entries(call?.attributes ?? {}).filter(([name]) =>
            /^gen_ai\.(?:usage|response|provider)/.test(name),
          ),
        );
        expect(told).toEqual(
          optIn === ''
            ? {}
            : { ...attributes, 'gen_ai.usage.input_tokens': 120, 'gen_ai.usage.output_tokens': 40 },
        );
        expect(call?.name.startsWith('chat ')).toBe(optIn !== '');
      }
    },
  );

  test('given the opt-in, then spans have the names in development too', async () => {
    vi.stubEnv('OTEL_SEMCONV_STABILITY_OPT_IN', 'http,gen_ai_latest_experimental');
    onTestFinished(() => void vi.unstubAllEnvs());
    const exporter = new InMemorySpanExporter();
    const { manager, sessionId } = await instrumented(exporter);
    await manager.produce(sessionId, crew);
    const spans = byName(exporter.getFinishedSpans());
    expect(spans.get('execute_tool query')?.attributes).toMatchObject({
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'query',
      'gen_ai.conversation.id': sessionId,
    });
  });

  test.each<[what: string, exporter: SpanExporter]>([
    [
      'throws',
      {
        export: () => {
          throw new Error('down');
        },
        shutdown: () => Promise.resolve(),
      },
    ],
    ['never answers', { export: () => {}, shutdown: () => Promise.resolve() }],
    ['fails', { export: (_spans, done) => done({ code: 1 }), shutdown: () => Promise.resolve() }],
  ])(
    'given an exporter that %s, then the production goes on and the sums are right',
    async (_what, exporter) => {
      const { manager, sessionId, sums } = await instrumented(exporter);
      const { outcome } = await manager.produce(sessionId, crew);
      expect(outcome).toBe('complete');
      expect((await sums())['showrunner.cost']).toBeCloseTo(0.350001, 9);
    },
  );

  test('given commits of another handle, then they are not told twice', async () => {
    const exporter = new InMemorySpanExporter();
    const { manager, sessionId, sums } = await instrumented(exporter);
    manager.follow();
    const other = await openProduction(manager.production.directory);
    await other.produce(sessionId, crew);
    await manager.getEpisodeState(sessionId);
    expect(exporter.getFinishedSpans()).toEqual([]);
    expect((await sums())['showrunner.cost'] ?? 0).toBe(0);
  });

  test('given that it is stopped amid a phase, then what is open ends, and nothing more is told', async () => {
    const exporter = new InMemorySpanExporter();
    const { manager, sessionId, stop } = await instrumented(exporter);
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    stop();
    await manager.addCost({ sessionId, phase: 'research', operation: 'query', cost: '0.10' });
    expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual(['invoke_agent research']);
  });
});

test('given a production that a log carries, when two machines commit at once and an answer is lost, then the metrics count conflicts, turns and resends', async () => {
  const log = new MemoryLog();
  const client = log.connect();
  let isLost = false;
  const losing: RemoteLog = {
    ...client,
    append: async (...given) => {
      const answer = await client.append(...given);
      if (isLost) return answer;
      isLost = true;
      throw new ProductionError('journal_unavailable', 'the answer was lost.');
    },
  };
  const connect = async (own: RemoteLog) => {
    const manager = await ProductionStateManager.connect({ log: own, directory: temporaryDirectory() });
    onTestFinished(() => manager.close());
    return manager;
  };
  const one = await connect(losing);
  const other = await connect({ ...log.connect(), follow: () => () => {} });
  const { provider, sums } = measuring();
  const stop = instrument(other, { meterProvider: provider });
  const stopOne = instrument(one, { meterProvider: provider });
  await Promise.all([
    one.createEpisodeSession({ episodeNum: 1, topic: 'Bees' }),
    other.createEpisodeSession({ episodeNum: 2, topic: 'Wasps' }),
  ]);
  expect(one.production.traffic).toMatchObject({ name: 'a log in memory', resends: 1 });
  const told = await sums();
  expect(told).toMatchObject({ 'showrunner.log.age': expect.any(Number) });
  expect((one.production.traffic?.conflicts ?? 0) + (other.production.traffic?.conflicts ?? 0)).toBe(1);
  expect((one.production.traffic?.turns ?? 0) + (other.production.traffic?.turns ?? 0)).toBe(1);
  expect(Object.keys(told).filter((name) => name.startsWith('showrunner.log.'))).toHaveLength(5);
  stop();
  stopOne();
});
