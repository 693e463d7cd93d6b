export { Ledger, dayOf, endOfDay } from './budget-day.js';
export type { BudgetDay } from './budget-day.js';
export { decide, episodeStatus } from './decide.js';
export type { Decision } from './decide.js';
export { describeChart, chartEdges, chartStates, drawMermaid } from './draw.js';
export type { ChartEdge, ChartState } from './draw.js';
export { announce } from './episode/announcements.js';
export type { Announcement, AnnouncementType, CrewName } from './episode/announcements.js';
export {
  ApprovalDeadline,
  CheckpointRef,
  CrewChoice,
  Claim,
  EpisodeContext,
  Notice,
  Operation,
  Question,
  OperationKey,
  OwnRules,
  PersistedEpisode,
  Phase,
  Phases,
  ProcessIdentity,
  Review,
  Rules,
} from './episode/context.js';
export {
  CallInput,
  DayMoney,
  EpisodeCreated,
  EpisodeEvent,
  RecordedEvent,
  SavedCheckpoint,
  episodeEventTypes,
  parseEvent,
} from './episode/events.js';
export { parseRecorded } from './episode/parse-recorded.js';
export { invalidInput } from './episode/invalid-input.js';
export { Actor, Reason, Score, Topic } from './episode/texts.js';
export type { EpisodeEventType, EventOf } from './episode/events.js';
export { hasKey, keysAndValues, valueAt } from './episode/key-tree.js';
export type { KeyTree } from './episode/key-tree.js';
export { explain, possibleEvents } from './episode/explain.js';
export { plainCostText } from './episode/plain-cost.js';
export { asleepUntil } from './episode/asleep.js';
export { missedGates } from './episode/quality-gates.js';
export { keptRejected, rejectedName } from './episode/rejected-work.js';
export { workedMs } from './episode/phase-limit.js';
export { rulesToFollow, rulesUnder } from './episode/rules.js';
export { isSameState, stateName } from './episode/state-name.js';
export { episodeMachine } from './episode/machine.js';
export { machineId, machineVersion } from './episode/version.js';
export { isNear, leftOfDay, moneyMove, usedUp } from './episode/money.js';
export type { MoneyMove } from './episode/money.js';
export { parsePersisted, persist, rehydrate } from './episode/persisted.js';
export { statusOf } from './episode/status-of.js';
export { initialSnapshot, nextSnapshot } from './episode/step.js';
export type { EpisodeSnapshot } from './episode/persisted.js';
export type { Refusal } from './episode/refusal.js';
export {
  committedOf,
  currentPhase,
  heldOperations,
  leftOf,
  leftOfPhase,
  phaseStatus,
  unfinishedPhases,
} from './episode/selectors.js';
export {
  escapeForMarkdown,
  escapeForShell,
  escapeForTerminal,
  escapeForXml,
  escapeJsonForTerminal,
  escapeLinesForTerminal,
  markdownCode,
} from './escape.js';
export { ProductionError, errorRemedies } from './errors.js';
export type { ErrorCode, ErrorDetails, Remedy, Shortage } from './errors.js';
export { Failure, FailureCode } from './failure.js';
export { classifyError, isRetryable, isWaitedFor, messageOf } from './failures.js';
export { structureHash } from './hash.js';
export { episodeNumberOf, isSessionId, parseName, parseSessionId, sessionIdFor } from './ids.js';
export type { SessionId } from './ids.js';
export { lintChart } from './lint.js';
export { migrate, migrations, upcast } from './migrations.js';
export type { Migration } from './migrations.js';
export { completionName, isFinished, isPhaseName, phaseAfter, phaseNames } from './phase-names.js';
export { EpisodeStatus, PhaseName, PhaseStatus } from './phases.js';
export { deliveryOf, findInError, retryAfterOf } from './provider-error.js';
export type { Delivery } from './provider-error.js';
export { parsePlainly } from './parse-plainly.js';
export { parsePolicy } from './parse-policy.js';
export { Policy } from './policy.js';
export type { PolicyInput, RetryRule } from './policy.js';
export { changedPolicy, policyDifferences, policyInput, statedIn } from './policy-change.js';
export type { PolicyDifference, PolicyPaths, WholePolicy } from './policy-change.js';
export { anyOf, makeRedactor, redacted, secretsIn } from './redact.js';
export type { Redactor } from './redact.js';
export {
  addUsd,
  ceilToMicro,
  formatUsd,
  fromDollars,
  parseUsd,
  subtractUsd,
  toDollars,
  zeroUsd,
} from './usd.js';
export type { Usd } from './usd.js';
export { correctCommand, keyWord, answerCommand, raiseCommand, settleCommand } from './settle-command.js';
