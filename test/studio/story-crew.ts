import { waveHeader } from '../../src/crew/audio/wave.js';
import { defineCrew, type Crew, type PhaseContext } from '../../src/index.js';
import type { FixedClock } from '../../src/testing/index.js';

/** How an episode of the told production goes. */
export interface Plot {
  /** From 0 to 1, moves costs, durations and scores. */
  mood: number;
  /** Fails the phase with this error, once. */
  fails?: { phase: 'research' | 'script' | 'audio'; error: Error };
}

interface Call {
  name: string;
  key: string;
  maxCost: string;
  cost: number;
  seconds: number;
}

/** A crew whose calls take the told clock's time and no real time; it writes small but real files. */
export function storyCrew(clock: FixedClock, { mood, fails }: Plot): Crew {
  let failed = false;
  const calls = async (context: PhaseContext, list: Call[]): Promise<void> => {
    for (const [index, { name, key, maxCost, cost, seconds }] of list.entries()) {
      await context.operation(name, { key, maxCost }, async () => {
        clock.advance(seconds * 1000);
        return { result: key, cost: cost.toFixed(2) };
      });
      clock.advance(4_000);
      if (fails?.phase === context.phase && !failed && index >= list.length / 2) {
        failed = true;
        throw fails.error;
      }
    }
  };
  return defineCrew({
    name: 'story',
    async research(context) {
      await calls(
        context,
        ['overview', 'sources', 'counterpoints', 'numbers'].map((key, index) => ({
          name: index === 3 ? 'fact_check' : 'perplexity_query',
          key: `${context.sessionId}:${key}`,
          maxCost: '0.50',
          cost: 0.18 + mood * 0.2 + index * 0.03,
          seconds: 20 + index * 9,
        })),
      );
      await context.writeArtifact(
        'research_findings.json',
        JSON.stringify({
          topic: context.topic,
          findings: ['Bees agree by dancing.', 'The dance points at the sun.'],
        }),
      );
      await context.score('research_depth', Math.round((7.4 + mood * 2) * 100) / 100);
      return { findings: 12 };
    },
    async script(context) {
      await calls(context, [
        {
          name: 'claude_draft',
          key: `${context.sessionId}:draft`,
          maxCost: '0.80',
          cost: 0.42 + mood * 0.2,
          seconds: 74,
        },
        {
          name: 'claude_polish',
          key: `${context.sessionId}:polish`,
          maxCost: '0.60',
          cost: 0.31 + mood * 0.1,
          seconds: 51,
        },
        { name: 'brand_review', key: `${context.sessionId}:brand`, maxCost: '0.20', cost: 0.08, seconds: 12 },
      ]);
      await context.writeArtifact('polished_script.md', scriptOf(context.topic));
      await context.score('technical_accuracy', round(0.78 + mood * 0.18));
      await context.score('brand_consistency', round(0.82 + mood * 0.12));
      await context.score('engagement_score', round(0.7 + mood * 0.22));
      return { words: 4200 };
    },
    async audio(context) {
      await calls(
        context,
        Array.from({ length: 6 }, (_, index) => ({
          name: 'elevenlabs_speech',
          key: `${context.sessionId}:part-${index + 1}`,
          maxCost: '0.40',
          cost: 0.21 + mood * 0.08,
          seconds: 25 + index * 3,
        })),
      );
      await context.writeArtifact('episode.wav', tone(2));
      await context.writeArtifact(
        'show_notes.md',
        `# ${context.topic}\n\nSources and chapters of the episode.\n`,
      );
      await context.score('audio_quality', round(0.8 + mood * 0.15));
      return { seconds: 1680 };
    },
  });
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function scriptOf(topic: string): string {
  return `# ${topic}\n\n**Robin:** Welcome back. Today we ask a question that sounds simple: ${topic.toLowerCase()}.\n\n**Sam:** And the honest answer begins with what people measured, not with what they guessed.\n\n**Robin:** So let us start there.\n`;
}

/** A quiet tone as a WAV file: real sound, small enough to make for every episode. */
export function tone(seconds: number): Uint8Array {
  const rate = 8000;
  const samples = rate * seconds;
  const file = Buffer.alloc(samples * 2);
  for (let index = 0; index < samples; index++)
    file.writeInt16LE(Math.round(Math.sin((index / rate) * 440 * Math.PI * 2) * 3000), index * 2);
  return Buffer.concat([waveHeader(samples, rate), file]);
}
