import * as z from 'zod';
import { needKinds } from './need-kinds.js';

/** Why a person is needed. `missing_result`: a worker asks for what a paid call gave, and nobody has said it. `idle`: it could go on, and nobody works on it any more. `late`: it should have been complete, whatever else it waits for. */
export const NeedKind = z.enum(needKinds);
export type NeedKind = z.infer<typeof NeedKind>;

/** What an episode waits for: told in this one way by list, show, watch, doctor, the studio and `--json`. */
export const Need = z.object({
  need: NeedKind,
  /** One line for people. */
  text: z.string(),
  since: z.string().nullable(),
  by: z.string().nullable(),
  reason: z.string().nullable(),
  /** Commands that answer it, as they are typed; `<…>` and `"…"` are for the person to fill in. */
  next: z.array(z.string()),
  /** The key of the call or question that it is about, where it is about one. */
  key: z.string().optional(),
  /** When it is decided without an answer, by policy or by a question's default; ISO-8601 UTC. */
  deadline: z.string().optional(),
});
export type Need = z.infer<typeof Need>;
