import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseSettings, studioCrew } from '../../src/crew/studio/index.js';
import { studioAudio } from '../../src/crew/studio/voice/studio-audio.js';
import type { PhaseContext } from '../../src/crew/port.js';
import type { Crew, ProductionStateManager, SessionId } from '../../src/index.js';
import { needsHere } from '../../src/production/needs-here.js';
import type { FakeElevenLabs } from './fake-elevenlabs.js';
import { MisbehavingProviders } from './misbehaving-providers.js';
import { startModelServer } from './model-server.js';
import { randomOf } from './provider-scripts/script.js';
import { temporaryDirectory } from './temporary.js';
import { fakeElevenLabs, invoiceOf, openVoiced, plantedKey } from './voiced.js';

/** What a process of `paid-episode.ts` is told. */
export interface PaidEpisode {
  directory: string;
  sessionId: string;
  crewOptions: Record<string, unknown>;
  env: Record<string, string>;
}

/** What happened to an episode on its way to its end. */
export interface PlayedEpisode {
  kills: number;
  lives: number;
  held: number;
  /** Of those the ones that the crew has found again by itself. */
  found: number;
  raises: number;
}

const env = {
  PERPLEXITY_API_KEY: 'pplx-planted',
  OPENAI_API_KEY: 'sk-planted',
  ANTHROPIC_API_KEY: 'sk-planted',
  ELEVENLABS_API_KEY: plantedKey,
};
const attempts = { attempts: 12, baseMs: 0, maxMs: 0 };
const retry = { rate_limited: attempts, provider_unavailable: attempts, invalid_output: attempts };
const mostLives = 80;

/**
 * Makes a whole episode (search, script, voices) with providers that misbehave and processes that are killed at random places, both drawn from the seed, until it is complete. At every rest
 * bills and ledger are compared, held calls have to be listed, and no bill may be above the cap; a person books what a held call was billed, or gives more money where none is left.
 */
export async function playEpisode(seed: number, file: string): Promise<PlayedEpisode> {
  const episode = await MisbehavingEpisode.begin(seed, file);
  const childLives = 2 + episode.providers.roll(2);
  for (let life = 1; life <= mostLives; life += 1) {
    const isComplete = life <= childLives ? await episode.liveKilled() : await episode.live();
    await episode.rest();
    if (!isComplete) continue;
    await episode.expectWell();
    return { ...episode.played, lives: life };
  }
  throw new Error(`script ${String(seed)} came to no end`);
}

class MisbehavingEpisode {
  readonly played = { kills: 0, held: 0, found: 0, raises: 0 };
  readonly providers: MisbehavingProviders;
  readonly #seed: number;
  readonly #file: string;
  #on!: {
    voice: FakeElevenLabs;
    manager: ProductionStateManager;
    crew: Crew;
    work: PaidEpisode;
    sessionId: SessionId;
  };
  /** Micro-dollars. */
  #cap = 7_000_000;
  #lateMs = 0;
  /** Held calls that a person has seen. */
  readonly #seen = new Set<string>();
  #left: string[] = [];
  /** Calls for which money was reserved and which were not sent any more. */
  readonly #unsent = { search: 0, text: 0 };

  private constructor(seed: number, file: string) {
    this.#seed = seed;
    this.#file = file;
    this.providers = new MisbehavingProviders(randomOf(seed));
  }

  static async begin(seed: number, file: string): Promise<MisbehavingEpisode> {
    const episode = new MisbehavingEpisode(seed, file);
    await episode.#begin();
    return episode;
  }

  /** A process that is killed, if it does not end before. */
  async liveKilled(): Promise<false> {
    const child = spawn(process.execPath, [this.#file, JSON.stringify(this.#on.work)], { stdio: 'ignore' });
    const kill = (): void => void child.kill('SIGKILL');
    this.providers.aim(kill);
    // Some are killed where nothing is asked for: at their start, while they write, amid the mixing.
    const timer = this.providers.roll(4) === 0 ? setTimeout(kill, 150 + this.providers.roll(900)) : undefined;
    const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
    clearTimeout(timer);
    this.providers.rest();
    if (signal === 'SIGKILL') this.played.kills += 1;
    return false;
  }

  /** A life in this process, to its own end. */
  async live(): Promise<boolean> {
    const { manager, sessionId, crew, work } = this.#on;
    await manager.resume({ sessionId }).catch(() => undefined);
    await manager.recoverFailedSession(sessionId).catch(() => undefined);
    const { outcome } = await manager.produce(sessionId, crew, { crewOptions: work.crewOptions });
    // What was lost on its way to a voice is spoken again only when no call can be on its way any more.
    this.#lateMs += 16 * 60_000;
    return outcome === 'complete';
  }

  /** Bills are compared with the ledger, a person answers for what is held, and gives money where none is left. */
  async rest(): Promise<void> {
    const { manager, sessionId } = this.#on;
    const { operations } = await this.#context();
    const held = Object.keys(operations).filter((key) => operations[key]?.state === 'held');
    const snapshot = manager.production.find(sessionId);
    const needs = snapshot ? needsHere(manager.production, snapshot) : [];
    const listed = needs.flatMap(({ next }) => next).join('\n');
    for (const key of held) assert.ok(listed.includes(key), `${key} is held and not listed`);
    // The first time a person often does nothing: what can be looked up is looked up by the crew.
    this.played.found += this.#left.filter((key) => !held.includes(key)).length;
    const left = held.filter((key) => !this.#seen.has(key) && this.providers.roll(2) === 0);
    this.#left = left;
    for (const key of held) this.#seen.add(key);
    for (const key of held) if (!left.includes(key)) await this.#answerFor(key);
    this.played.held += held.length;
    await this.#expectBalance();
    // What a phase waits for is told to the cent; who has run out amid one is given a little.
    const asked = /^showrunner budget \S+ total \+(\d+\.\d\d)/m.exec(
      needs.flatMap(({ next }) => next).join('\n'),
    )?.[1];
    const isOut = needs.some(({ need, reason }) => need === 'budget_stop' || reason === 'budget_exhausted');
    const amount = asked ?? (isOut ? '0.10' : undefined);
    if (amount === undefined) return;
    this.played.raises += 1;
    this.#cap += Math.round(Number(amount) * 1e6);
    await manager.raiseBudget({ sessionId, scope: 'total', amount, by: 'Ada', reason: 'it goes on' });
  }

  /** Each line was spoken once that can be heard. */
  async expectWell(): Promise<void> {
    const { money, operations } = await this.#context();
    const heard = this.#on.voice.spoken.filter(({ samples }) => samples.some((sample) => sample !== 0));
    const texts = heard.map(({ text }) => text);
    assert.deepEqual([Object.keys(operations), money.spent], [[], this.#bill()]);
    assert.equal(texts.length, new Set(texts).size, 'a line was spoken twice');
    assert.ok((await this.#on.manager.verify()).ok);
  }

  async #begin(): Promise<void> {
    const { providers } = this;
    const now = (): number => Date.now() + this.#lateMs;
    const server = await startModelServer((request) => providers.reply(request));
    const voice = await fakeElevenLabs({ mostAtOnce: 2, now, mood: () => providers.mood() });
    // A third of them have too little money, and are given more as they need it.
    if (this.#seed % 3 === 0) this.#cap = 140_000 + providers.roll(4) * 10_000;
    const directory = temporaryDirectory();
    const manager = await openVoiced(directory, {
      maxRecoveries: 100,
      budgets: { total: String(this.#cap / 1e6), research: '7', script: '7', audio: '7' },
      retry,
    });
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    const studio = studioFor(server.url, voice.url);
    const work = { directory, sessionId, crewOptions: { minutes: 0.2, studio }, env };
    const access = { settings: parseSettings(studio), env, worker: undefined, now };
    const crew = { ...studioCrew({ env }), audio: (context: PhaseContext) => studioAudio(context, access) };
    this.#on = { voice, manager, crew, work, sessionId };
  }

  /** Voices are looked up by the crew; whoever asks for the others' bill sees whether the call was sent. */
  async #answerFor(key: string): Promise<void> {
    const { manager, sessionId } = this.#on;
    const { phase = 'audio' } = (await this.#context()).operations[key] ?? {};
    if (phase === 'audio') return;
    const kind = phase === 'research' ? 'search' : 'text';
    const events = (await manager.history(sessionId)).map(({ event }) => event);
    const reserved = events.filter(
      (event) => event.type === 'cost.reserve' && event.phase === phase && event.amount > 0,
    ).length;
    const wasSent = reserved === this.providers.sent[kind] + this.#unsent[kind];
    if (!wasSent) this.#unsent[kind] += 1;
    // Each is sent once, or not at all.
    assert.equal(reserved, this.providers.sent[kind] + this.#unsent[kind]);
    await manager.releaseCost({ sessionId, key });
    const cost = wasSent ? this.providers.last[kind] / 1e6 : 0;
    if (cost > 0) await manager.addCost({ sessionId, phase, operation: 'billed', cost });
    this.providers.giveLeave();
  }

  /** What is billed and not booked is held, and nothing is booked that was not billed. */
  async #expectBalance(): Promise<void> {
    const { money, operations } = await this.#context();
    const unbooked = this.#bill() - money.spent;
    const open = Object.values(operations).reduce((sum, { amount }) => sum + amount, 0);
    assert.ok(
      unbooked >= 0 && unbooked <= open,
      `${String(unbooked)} is not booked, and ${String(open)} held`,
    );
    assert.ok(Math.max(this.#bill(), money.spent + money.reserved) <= this.#cap, 'the cap is passed');
    assert.deepEqual(this.providers.repeated, []);
  }

  #bill(): number {
    const { search, text } = this.providers.billed;
    return search + text + invoiceOf(this.#on.voice);
  }

  async #context() {
    return (await this.#on.manager.getSnapshot(this.#on.sessionId)).context;
  }
}

function studioFor(models: string, voices: string): Record<string, unknown> {
  const named = ['perplexity', 'openai', 'anthropic'].map((name) => [name, { base_url: models }] as const);
  return {
    research: 'perplexity:fast',
    research_max_cost: 0.1,
    poll_ms: 1,
    script: 'anthropic:claude-sonnet-4-5',
    judge: 'openai:gpt-5.2',
    voice: 'elevenlabs:robin-voice,sam-voice',
    prices: { version: '2026-11-01', prices: { 'elevenlabs:*': { input_mchars: 220 } } },
    providers: { ...Object.fromEntries(named), elevenlabs: { base_url: voices } },
  };
}
