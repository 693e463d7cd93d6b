import * as z from 'zod';
import { ArtifactRef } from './artifact-ref.js';
import type { Usd } from '../../machines/index.js';
import { CheckpointContents, EpisodeState, Need } from '../shapes/index.js';

const Position = z.int().nonnegative();
/** A sum in micro-dollars, which may be above the largest single amount. */
const Micros = z.custom<Usd>(Number.isSafeInteger);
const DollarAmount = z.number();

/** Which chart wrote a document. */
export const MachineIdentity = z.object({ id: z.string(), version: z.int().positive(), hash: z.string() });
export type MachineIdentity = z.infer<typeof MachineIdentity>;

/** Where a document stands in the journal, and the snapshot that it shows in the form of the version that wrote it: see record/decode.ts. */
const Shown = z.object({
  format: z.literal(1),
  machine: MachineIdentity,
  position: Position,
  snapshot: z.unknown(),
});

const Episodes = z.record(z.string(), EpisodeState);

/** state.json: the seed's keys, and under `showrunner` what it takes to go on from it without reading the journal again. */
export const StateDocument = z.object({
  version: z.literal('3.0.0'),
  active_episodes: Episodes,
  completed_episodes: Episodes,
  total_cost: DollarAmount,
  total_episodes: z.int().nonnegative(),
  last_updated: z.string(),
  metrics: z.object({
    avg_cost_per_episode: z.number(),
    avg_production_time: z.number(),
    success_rate: z.number(),
  }),
  showrunner: z.object({
    format: z.literal(1),
    /** Journal position that it reflects, and the checksum of the line that ends there. */
    position: Position,
    crc: z.string(),
    machine: MachineIdentity,
    last_at: z.string(),
    /** The production's policy, whole: amounts in decimal dollars. Version 1 had none. */
    policy: z.unknown().optional(),
    /** What policy.json said when it was last taken in. */
    policy_file: z.unknown().optional(),
    /** Micro-dollars per day. */
    days: z.record(z.string(), z.object({ spent: Micros, reserved: Micros, raised: Micros })),
    /** What older productions had spent outside of their episodes. Micro-dollars. */
    openings: z
      .array(z.object({ source: z.string(), where: z.string(), day: z.string(), amount: Micros }))
      .optional(),
    /** Journal position after each listed session's last commit. */
    sessions: z.record(z.string(), Position),
    /** What the episodes in the archive's months add up to. */
    tally: z.unknown(),
    months: z.array(z.string()),
    operations: z.record(z.string(), z.object({ count: z.int().nonnegative(), spent: Micros })),
  }),
});
export type StateDocument = z.infer<typeof StateDocument>;

/** session.json: the seed's episode, what people want to know beside it, and the persisted actor snapshot. */
export const SessionDocument = EpisodeState.extend({
  /** `script.active`. */
  state: z.string(),
  budgets: z.object({
    research: DollarAmount,
    script: DollarAmount,
    audio: DollarAmount,
    total: DollarAmount,
  }),
  reserved: DollarAmount,
  operations: z.record(
    z.string(),
    z.object({
      operation: z.string(),
      phase: z.string(),
      max_cost: DollarAmount,
      state: z.string(),
      since: z.string(),
    }),
  ),
  failure: z.unknown(),
  checkpoints: z.record(
    z.string(),
    z.object({ phase: z.string(), timestamp: z.string(), next_phase: z.string().nullable() }),
  ),
  forked_from: z.string().nullable(),
  inherited_cost: DollarAmount,
  /** What it waits for a person with; older programs did not write it. */
  needs: z.array(Need).optional(),
  showrunner: Shown,
});
export type SessionDocument = z.infer<typeof SessionDocument>;

/** checkpoint.json: the seed's contents, and what makes it checkable. `data_file` names the payload's own file when it is large. */
export const CheckpointDocument = CheckpointContents.extend({
  name: z.string(),
  artifacts: z.array(ArtifactRef),
  sha256: z.string(),
  bytes: z.int().nonnegative(),
  data_file: z.string().nullable(),
  showrunner: Shown,
});
export type CheckpointDocument = z.infer<typeof CheckpointDocument>;

/** archive/2025-09.json: episodes that ended long ago. */
export const MonthDocument = z.object({
  version: z.literal('3.0.0'),
  month: z.string(),
  completed_episodes: Episodes,
  /** Journal position after each one's last commit. */
  showrunner: z.object({ format: z.literal(1), sessions: z.record(z.string(), Position) }),
});
export type MonthDocument = z.infer<typeof MonthDocument>;

/**
 * How `showrunner produce` was called, kept in the session's folder so that `showrunner resume` can go on with it. The crew's options are in the journal too; where its
 * module lies and how long this machine may be silent are matters of this machine, and not of the episode's past.
 */
export const ProduceSettings = z.object({
  crew: z.string(),
  crew_options: z.record(z.string(), z.unknown()),
  /** What --lease said. Milliseconds. */
  lease_ms: z.number().min(1).max(86_400_000).optional(),
});
export type ProduceSettings = z.infer<typeof ProduceSettings>;
