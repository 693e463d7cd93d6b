import {
  ROOT_CONTEXT,
  SpanStatusCode,
  metrics,
  trace,
  type Attributes,
  type Context,
  type Link,
  type MeterProvider,
  type Span,
  type TracerProvider,
} from '@opentelemetry/api';
import {
  moneyMove,
  phaseNames,
  stateName,
  subtractUsd,
  toDollars,
  type PhaseName,
  type RecordedEvent,
  type SessionId,
} from '../../machines/index.js';
import type { ProductionStateManager } from '../manager/manager.js';
import type { Committed } from '../record/index.js';
import { genAiOf, toldByCall, type SpanKind } from './gen-ai.js';
import { measureLog } from './measure-log.js';
import { keepRun, lastRun } from './run-trace.js';

export interface InstrumentOptions {
  /** Where spans go; default: the global one. */
  tracerProvider?: TracerProvider | undefined;
  /** Where metrics go; default: the global one. */
  meterProvider?: MeterProvider | undefined;
}

type Step = Committed['steps'][number];

/** The open spans of one episode. */
interface Course {
  run: Span | undefined;
  phases: Map<PhaseName, Span>;
  operations: Map<string, { span: Span; phase: PhaseName }>;
}

/**
 * Tells OpenTelemetry what this process commits: a trace for each run of `produce` (`invoke_workflow`, below it a span for each phase and each paid
 * operation), and metrics whose sums are the ledger's. Nothing is told before it is on disk, and nothing that an exporter does or fails to do reaches the
 * production. Needs `@opentelemetry/api`. Returns how to stop, which ends the open spans.
 */
export function instrument(manager: ProductionStateManager, options: InstrumentOptions = {}): () => void {
  const telling = new Telling(manager.production.directory, options);
  const stop = manager.production.onCommit((committed) => telling.take(committed));
  const stopMeasuring = measureLog(manager.production, options.meterProvider);
  return () => {
    stop();
    stopMeasuring();
    telling.end();
  };
}

class Telling {
  readonly #tracer;
  readonly #cost;
  readonly #reserved;
  readonly #outcomes;
  readonly #seconds;
  readonly #courses = new Map<SessionId, Course>();
  readonly #directory: string;
  #lastAt = new Date(0);

  constructor(
    directory: string,
    {
      tracerProvider = trace.getTracerProvider(),
      meterProvider = metrics.getMeterProvider(),
    }: InstrumentOptions,
  ) {
    this.#directory = directory;
    this.#tracer = tracerProvider.getTracer('showrunner');
    const meter = meterProvider.getMeter('showrunner');
    // Not a counter: a correction can lower it.
    this.#cost = meter.createUpDownCounter('showrunner.cost', {
      unit: '{USD}',
      description: 'What was spent.',
    });
    this.#reserved = meter.createUpDownCounter('showrunner.reserved', {
      unit: '{USD}',
      description: 'What is set aside for calls under way.',
    });
    this.#outcomes = meter.createCounter('showrunner.operations', {
      description: 'Paid calls, by how they ended.',
    });
    this.#seconds = meter.createHistogram('showrunner.phase.duration', {
      unit: 's',
      description: 'How long a phase took that was completed.',
    });
  }

  /** Commits of other processes are theirs to tell: each is counted once. */
  take({ local, at, steps, opening = [] }: Committed): void {
    if (!local) return;
    for (const { amount, was } of opening)
      this.#cost.add(toDollars(subtractUsd(amount, was)), {
        'showrunner.phase': 'none',
        'showrunner.estimated': false,
      });
    this.#lastAt = new Date(at);
    for (const step of steps) if (step.before) this.#step(step);
  }

  end(): void {
    for (const { run, phases, operations } of this.#courses.values()) {
      for (const { span } of operations.values()) span.end(this.#lastAt);
      for (const span of phases.values()) span.end(this.#lastAt);
      run?.end(this.#lastAt);
    }
    this.#courses.clear();
  }

  #step(step: Step): void {
    const { sessionId, event } = step;
    const course = this.#courseOf(sessionId);
    const at = new Date(event.at);
    if (event.type === 'lease.claim') this.#beginRun(course, step, at);
    this.#beginPhases(course, step, at);
    this.#money(step);
    this.#operation(course, step, at);
    this.#endPhases(course, step, at);
    if (event.type === 'lease.release') this.#endRun(course, step, at);
    // An episode may wait for days, and there may be thousands.
    if (!course.run && course.phases.size + course.operations.size === 0) this.#courses.delete(sessionId);
  }

  #courseOf(id: SessionId): Course {
    const known = this.#courses.get(id);
    if (known) return known;
    const course: Course = { run: undefined, phases: new Map(), operations: new Map() };
    this.#courses.set(id, course);
    return course;
  }

  #beginRun(course: Course, { sessionId, after }: Step, at: Date): void {
    if (course.run) return;
    const last = lastRun(this.#directory, sessionId);
    const links: Link[] = last ? [{ context: last, attributes: { 'showrunner.link': 'earlier run' } }] : [];
    course.run = this.#span('invoke_workflow', 'produce', { at, links, of: sessionId }, ROOT_CONTEXT, {
      'showrunner.episode.number': after.context.episodeNumber,
    });
    keepRun(this.#directory, sessionId, course.run.spanContext());
  }

  #endRun(course: Course, { after }: Step, at: Date): void {
    course.run?.setAttribute('showrunner.state', stateName(after));
    course.run?.setAttribute('showrunner.episode.cost', toDollars(after.context.money.spent));
    if (after.context.failure) fail(course.run, after.context.failure.code);
    course.run?.end(at);
    course.run = undefined;
  }

  #beginPhases(course: Course, { sessionId, before, after }: Step, at: Date): void {
    for (const phase of phaseNames) {
      const { status } = after.context.phases[phase];
      if (status !== 'active' || course.phases.has(phase)) continue;
      // One that was under way before this process looked is told from here on.
      if (before?.context.phases[phase].status === 'active' && !course.run) continue;
      const above = course.run ? trace.setSpan(ROOT_CONTEXT, course.run) : ROOT_CONTEXT;
      course.phases.set(
        phase,
        this.#span('invoke_agent', phase, { at, of: sessionId }, above, { 'showrunner.phase': phase }),
      );
    }
  }

  #endPhases(course: Course, { after }: Step, at: Date): void {
    for (const [phase, span] of course.phases) {
      const { status, startedAt, endedAt } = after.context.phases[phase];
      if (status === 'active') continue;
      span.setAttribute('showrunner.phase.status', status);
      if (status === 'failed' && after.context.failure) fail(span, after.context.failure.code);
      span.end(at);
      course.phases.delete(phase);
      if (status === 'complete' && startedAt !== null && endedAt !== null)
        this.#seconds.record((Date.parse(endedAt) - Date.parse(startedAt)) / 1000, {
          'showrunner.phase': phase,
        });
    }
  }

  #money({ before, event }: Step): void {
    if (!before || event.type === 'episode.created') return;
    const move = moneyMove(before.context, event);
    if (!move) return;
    const about = { 'showrunner.phase': move.phase };
    if (move.spent !== 0)
      this.#cost.add(toDollars(move.spent), { ...about, 'showrunner.estimated': isEstimated(event) });
    if (move.reserved !== 0) this.#reserved.add(toDollars(move.reserved), about);
  }

  #operation(course: Course, { sessionId, event }: Step, at: Date): void {
    if (event.type === 'cost.reserve' || event.type === 'cost.recorded') {
      const { phase, operation } = event;
      const span = this.#span('execute_tool', operation, { at, of: sessionId }, this.#above(course, phase), {
        'showrunner.phase': phase,
        'showrunner.operation': operation,
        ...(event.key === undefined ? {} : { 'showrunner.key': event.key }),
      });
      if (event.type === 'cost.reserve') course.operations.set(event.key, { span, phase });
      else this.#close({ span, phase }, 'recorded', at, { 'showrunner.cost': toDollars(event.cost) });
    } else if ('key' in event && event.key !== undefined) {
      const open = course.operations.get(event.key);
      if (open && this.#closing(open, event, at)) course.operations.delete(event.key);
    }
  }

  /** True when the operation's span has ended with this event. */
  #closing(open: { span: Span; phase: PhaseName }, event: RecordedEvent, at: Date): boolean {
    if (event.type === 'operation.settled') {
      if (event.result && 'json' in event.result) tell(open.span, event.result.json);
      this.#close(open, 'settled', at, {
        'showrunner.cost': toDollars(event.cost),
        'showrunner.estimated': event.estimated,
      });
    } else if (event.type === 'operation.released') {
      if (event.code !== undefined) fail(open.span, event.code);
      this.#close(open, 'released', at, {});
    } else if (event.type === 'operation.held') {
      fail(open.span, 'held');
      this.#close(open, 'held', at, {});
    } else return false;
    return true;
  }

  #close(
    { span, phase }: { span: Span; phase: PhaseName },
    outcome: string,
    at: Date,
    attributes: Attributes,
  ): void {
    span.setAttributes({ ...attributes, 'showrunner.outcome': outcome });
    span.end(at);
    this.#outcomes.add(1, { 'showrunner.phase': phase, 'showrunner.outcome': outcome });
  }

  #above(course: Course, phase: PhaseName): Context {
    const span = course.phases.get(phase) ?? course.run;
    return span ? trace.setSpan(ROOT_CONTEXT, span) : ROOT_CONTEXT;
  }

  #span(
    kind: SpanKind,
    name: string,
    { at, of, links = [] }: { at: Date; of: SessionId; links?: Link[] },
    above: Context,
    attributes: Attributes,
  ): Span {
    return this.#tracer.startSpan(
      `${kind} ${name}`,
      {
        startTime: at,
        links,
        attributes: { 'showrunner.session.id': of, ...attributes, ...genAiOf(kind, name, of) },
      },
      above,
    );
  }
}

function isEstimated(event: RecordedEvent): boolean {
  return (event.type === 'operation.settled' || event.type === 'cost.recorded') && event.estimated === true;
}

function tell(span: Span, result: string): void {
  const { name, attributes } = toldByCall(result);
  if (name !== undefined) span.updateName(name);
  span.setAttributes(attributes);
}

function fail(span: Span | undefined, code: string): void {
  span?.setAttribute('error.type', code);
  span?.setStatus({ code: SpanStatusCode.ERROR, message: code });
}
