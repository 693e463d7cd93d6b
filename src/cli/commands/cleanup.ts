import type { Run } from '../command.js';

export const run: Run = async (context, _args, { olderThan }) => {
  const manager = await context.open();
  const cleaned = await manager.cleanupOrphanedSessions(
    typeof olderThan === 'string'
      ? { olderThanHours: olderThan.trim() === '' ? Number.NaN : Number(olderThan) }
      : {},
  );
  const lines = [
    cleaned.archived.length === 0
      ? 'No orphans.'
      : `Archived: ${cleaned.archived.join(', ')}. Their files stay.`,
    ...(cleaned.waiting.length > 0
      ? [`Left alone, since they wait for a person: ${cleaned.waiting.join(', ')}.`]
      : []),
  ];
  return { json: cleaned, text: lines.join('\n') };
};
