import * as z from 'zod';
import { isSessionId, type SessionId } from '../../machines/index.js';

export const Id = z
  .string()
  .refine(
    isSessionId,
    'is not a session id such as ep_001_20250903_143022',
  ) as unknown as z.ZodType<SessionId>;
export const Key = z.string().min(1).max(200);
