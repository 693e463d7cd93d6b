export { defineCrew } from './crew/port.js';
export type {
  ArtifactRef,
  ArtifactWriter,
  AskOptions,
  Crew,
  Dollars,
  FinishedPhase,
  OperationCall,
  OperationOptions,
  OperationOutcome,
  PhaseContext,
  PhaseWorker,
  Reconcile,
  RunOperation,
} from './crew/port.js';
export { ProductionStateManager } from './manager/manager.js';
export type { KeyedEpisode } from './manager/manager.js';
export type { WorkOptions, Worked } from './crew/workers.js';
export type { ProduceOptions, Produced, Progress } from './crew/produce.js';
export type { ConnectOptions, OpenOptions } from './manager/handle.js';
export type { Notify, PersonNotice } from './manager/notify.js';
export type { ManagerEvents, Notice, PolicyNotice } from './manager/events.js';
export type { BeforeCall, CommitNotice, Hooks } from './calls/hooks.js';
export type { PolicyPast } from './calls/policy.js';
export type { LoadedCheckpoint } from './calls/checkpoints.js';
export type { LiveActor, LiveActorOptions } from './manager/live-actor.js';
export type { CleanedUp } from './calls/orphans.js';
export { systemClock } from './production/index.js';
export type { AuditProgress, Clock, OldCopy, RemoteLog, Verification } from './production/index.js';
export type { HistoryEntry, PastRedaction } from './record/index.js';
export type { Redaction } from './redaction/index.js';
export type { EpisodeState, GlobalMetrics, ProductionMetrics, QualityMetrics } from './shapes/index.js';
export { ProductionError, ceilToMicro } from '../machines/index.js';
export type {
  ErrorCode,
  EpisodeStatus,
  Failure,
  FailureCode,
  PersistedEpisode,
  PhaseName,
  PhaseStatus,
  PolicyDifference,
  PolicyInput,
  Remedy,
  SessionId,
} from '../machines/index.js';
export { inspectionAddress } from './inspect/address.js';
export type { InspectionOptions } from './inspect/address.js';
export { folderStore } from './artifacts/index.js';
export type { ArtifactStore, KeptFile } from './artifacts/index.js';
