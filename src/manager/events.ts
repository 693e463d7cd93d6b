import type {
  Announcement,
  AnnouncementType,
  EpisodeEventType,
  RecordedEvent,
} from '../../machines/index.js';

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

/** Any commit: one event of one session. */
export interface CommitNotice {
  sessionId: string;
  type: EpisodeEventType | 'episode.created';
  event: RecordedEvent;
  /** Journal position at which the commit begins. */
  position: number;
  at: string;
  local: boolean;
}

/** The manager's typed events. Costs are micro-dollars. */
export type ManagerEvents = { [Type in AnnouncementType]: (notice: Notice<Type>) => void } & {
  commit: (notice: CommitNotice) => void;
  /** A listener or hook threw; nobody else was hurt by it. */
  error: (error: unknown, where: string) => void;
};
