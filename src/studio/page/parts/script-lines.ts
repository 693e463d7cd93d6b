/** A line of a script and who says it. */
export interface ScriptLine {
  speaker: string;
  text: string;
}

const speakerNames = ['speaker', 'voice', 'host', 'role', 'character', 'name'] as const;

/** The lines of a script in JSON, in whichever field they are; undefined where the text is none. */
export function scriptLines(text: string): ScriptLine[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const lists = Array.isArray(value) ? [value] : isRecord(value) ? Object.values(value) : [];
  return lists.flatMap((list) => linesOf(list) ?? []).length > 0
    ? lists.flatMap((list) => linesOf(list) ?? [])
    : undefined;
}

function linesOf(list: unknown): ScriptLine[] | undefined {
  if (!Array.isArray(list) || list.length === 0) return undefined;
  const lines = list.map((entry: unknown) => lineOf(entry));
  return lines.every((line) => line !== undefined) ? lines : undefined;
}

function lineOf(entry: unknown): ScriptLine | undefined {
  if (!isRecord(entry) || typeof entry['text'] !== 'string') return undefined;
  const speaker = speakerNames.map((name) => entry[name]).find((name) => typeof name === 'string');
  return typeof speaker === 'string' ? { speaker, text: entry['text'] } : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
