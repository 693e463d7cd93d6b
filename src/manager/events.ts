import type { Announcement, AnnouncementType } from '../../machines/index.js';
import type { PolicyChange } from '../record/index.js';
import type { CommitNotice } from '../calls/hooks.js';

/** What listeners get with each announcement: the announcement, and where its commit is and whether this process made it. */
export type Notice<Type extends AnnouncementType = AnnouncementType> = Extract<
  Announcement,
  { type: Type }
> & {
  /** Journal position at which the commit begins: `stateAt` there shows what stood before it. */
  position: number;
  /** False for commits of other processes. */
  local: boolean;
};

/** What listeners get when the policy has changed. */
export interface PolicyNotice extends Omit<PolicyChange, 'policy' | 'file'> {
  position: number;
  at: string;
  /** False for commits of other processes. */
  local: boolean;
}

/** The manager's typed events. Costs are micro-dollars. */
export type ManagerEvents = { [Type in AnnouncementType]: (notice: Notice<Type>) => void } & {
  commit: (notice: CommitNotice) => void;
  /** The production's policy has changed: who, why, what from and to (amounts in decimal dollars). */
  'policy:changed': (notice: PolicyNotice) => void;
  /** A listener or hook threw; nobody else was hurt by it. */
  error: (error: unknown, where: string) => void;
};
