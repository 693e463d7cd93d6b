import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

function write(directory: string, path: string, value: unknown): void {
  const place = join(directory, path);
  mkdirSync(join(place, '..'), { recursive: true });
  writeFileSync(place, typeof value === 'string' ? value : JSON.stringify(value, undefined, 2));
}

/** The older shape: numbers to session ids, `completed`, float drift, naive local times, checkpoint files by time. */
export function writeNumbered(directory: string): void {
  write(directory, 'state.json', {
    active_episodes: { 1: 'ep_001_20250903_154439', 4: 'ep_004_20250905_090000' },
    completed_episodes: [
      {
        session_id: 'ep_002_20250902_101500',
        completed_at: '2025-09-02T11:02:03.456789',
        cost: 3.7600000000000002,
        topic: 'Why we dream',
      },
      { session_id: '../../x', completed_at: '2025-09-02T11:02:03.456789', cost: 1, topic: 'hostile' },
      {
        session_id: 'ep_003_20250902_120000',
        completed_at: '2025-09-02T12:30:00',
        cost: -1,
        topic: 'negative',
      },
      'neither',
    ],
    total_cost: 12.3,
  });
  write(directory, 'ep_001_20250903_154439/state.json', {
    session_id: 'ep_001_20250903_154439',
    topic: 'The Dirty Secret',
    total_cost: 1.9000000000000001,
    created_at: '2025-09-03T15:44:39.123456',
    phases: {
      research: {
        status: 'completed',
        cost: 1.05,
        started_at: '2025-09-03T15:44:40.000001',
        completed_at: '2025-09-03T15:52:00.999999',
      },
      script: {
        status: 'completed',
        cost: 0.8500000000000001,
        started_at: '2025-09-03T15:53:00',
        completed_at: '2025-09-03T15:57:30',
      },
      audio: { status: 'in_progress', cost: 0, started_at: '2025-09-03T15:58:00', completed_at: null },
    },
    quality_scores: { research_depth: 9.2, brand_consistency: 0.92, constructor: 1, audio_quality: 1e308 },
  });
  write(directory, 'ep_001_20250903_154439/checkpoint_research_20250903_155200.json', {
    phase: 'research',
    timestamp: '2025-09-03T15:52:00.999999',
    data: { found: 12, __proto__x: 1 },
  });
  write(directory, 'ep_001_20250903_154439/checkpoint_script_20250903_155730.json', '{ broken');
  write(directory, 'ep_004_20250905_090000/state.json', {
    topic: 'Out of order',
    status: 'dancing\n\u001b[31m',
    notes: 'nobody reads them',
    phases: {
      research: { status: 'failed', cost: 9, error: 'rate limit exceeded' },
      audio: { status: 'completed', cost: 0.5 },
      video: { status: 'completed', cost: 0 },
      script: { status: 'dancing', cost: 0 },
    },
  });
}

/** What lies around an older production and is none of what is known of it. */
export function writeStrangers(directory: string): void {
  write(directory, 'ep_001_20250903_154439/checkpoint_video_20250903_160000.json', { phase: 'video' });
  write(directory, 'ep_009_20250801_000000/state.json', { topic: 'In no list' });
}

/** The seed's 3.0.0 shape. */
export function writeSeed(directory: string): void {
  const phase = (status: string, cost: number): object => ({
    status,
    cost,
    start_time: '2025-09-03T14:30:22Z',
    end_time: status === 'complete' ? '2025-09-03T14:37:45Z' : null,
    checkpoint: null,
  });
  write(directory, 'state.json', {
    version: '3.0.0',
    active_episodes: {
      ep_001_20250903_143022: {
        episode_number: 1,
        topic: 'The Dirty Secret',
        session_id: 'ep_001_20250903_143022',
        status: 'audio',
        phases: {
          research: phase('complete', 1.05),
          script: phase('complete', 0.85),
          audio: phase('active', 0),
        },
        total_cost: 1.9,
        quality_scores: { technical_accuracy: 0.88 },
        created_at: '2025-09-03T14:30:22Z',
        updated_at: '2025-09-03T14:43:00Z',
      },
    },
    completed_episodes: {
      ep_002_20250902_093015: {
        episode_number: 2,
        topic: 'Done',
        session_id: 'ep_002_20250902_093015',
        status: 'archived',
        phases: {
          research: phase('complete', 7),
          script: phase('complete', 0.5),
          audio: phase('complete', 0),
        },
        total_cost: 7.5,
        quality_scores: {},
        created_at: '2025-09-02T09:30:15Z',
        updated_at: '2025-09-02T10:00:00Z',
      },
    },
    total_cost: 9.4,
    total_episodes: 2,
    last_updated: '2025-09-03T14:43:00Z',
    metrics: {},
  });
  write(directory, 'ep_001_20250903_143022/script/checkpoint.json', {
    phase: 'script',
    timestamp: '2025-09-03T14:42:30Z',
    data: { word_count: 4215 },
    next_phase: 'audio',
    can_resume: true,
  });
}

/** Files that contradict each other, and tests among the real episodes. */
export function writeMixedUp(directory: string): void {
  const id = 'ep_001_20250903_143022';
  const test = (topic: string): object => ({
    topic,
    total_cost: 14.35,
    phases: { research: { status: 'active', cost: 14.35 } },
  });
  write(directory, 'state.json', {
    active_episodes: {
      [id]: { total_cost: 1 },
      ep_997_20250903_150000: test('Bees again'),
      ep_005_20250903_150000: test('Test of the voice'),
    },
  });
  write(directory, `${id}/session.json`, {
    topic: 'b'.repeat(600),
    total_cost: 2,
    phases: {
      research: { status: 'complete', cost: 2, data: { facts: 3 } },
      script: { status: 'complete' },
      audio: { status: 'pending' },
    },
  });
  write(directory, `${id}/script/checkpoint.json`, { phase: 'audio', data: {}, mood: 'sunny' });
  write(directory, `${id}/audio/checkpoint.json`, {
    phase: 'audio',
    session_id: 'ep_008_20250903_143022',
    data: {},
  });
}
