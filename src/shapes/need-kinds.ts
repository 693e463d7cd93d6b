/** Why a person is needed, without a schema, for what does without: see {@link NeedKind}. */
export const needKinds = [
  'approval',
  'paused',
  'question',
  'held_operation',
  'missing_result',
  'budget_stop',
  'daily_stop',
  'failed',
  'idle',
  'late',
] as const;
