import * as z from 'zod';
import { Policy } from '../../machines/index.js';
import { CheckpointContents, EpisodeState } from '../shapes/index.js';
import { CheckpointDocument, MonthDocument, SessionDocument, StateDocument } from './shapes.js';

const described: Record<string, [schema: z.ZodType, title: string]> = {
  'state.json': [StateDocument, 'state.json: the production at a glance'],
  'session.json': [SessionDocument, 'session.json: one episode, and its persisted XState snapshot'],
  'checkpoint.json': [CheckpointDocument, 'checkpoint.json: what a checkpoint keeps'],
  'archive.json': [MonthDocument, 'archive/<month>.json: episodes that ended long ago'],
  'episode-state.json': [EpisodeState, 'An episode as files and queries show it'],
  'checkpoint-contents.json': [CheckpointContents, 'A checkpoint as queries show it'],
  'policy.json': [Policy, 'policy.json: budgets, thresholds, approvals, retry and quality rules'],
};

/** The JSON Schema (draft 2020-12) of each document and of the policy, by file name: what a file may be, as it is written. */
export function jsonSchemas(): Record<string, object> {
  return Object.fromEntries(
    Object.entries(described).map(([name, [schema, title]]) => {
      // What cannot be said in JSON Schema, such as a check by code, is left open.
      const made = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
      return [name, { title, ...made }];
    }),
  );
}
