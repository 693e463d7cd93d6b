import type { SkippedFile } from './reports.js';

/** Written to be read, and not by this reader: who gives one expects it to be quoted. Settings, as in YAML, nobody does. */
const documents =
  /\.(?:docx?|odt|rtf|epub|mobi|pages|csv|tsv|xlsx?|ods|pptx?|odp|json|xml|tex|adoc|org|eml|srt|vtt)$/iu;

/** What is told of a reason. Hidden files, links inside the folder, duplicates and empty files are as anybody expects. */
const told: Readonly<Record<string, string>> = {
  unsupported_type: 'a type that is not read',
  too_large: 'above 20 MB',
  too_much_in_all: 'after the first 200 MB',
  too_many_files: 'after the first 5,000',
  damaged: 'damaged or locked',
  no_text: 'without text',
  binary: 'no text in spite of the name',
  unreadable: 'cannot be opened',
  not_a_file: 'no file',
  link_leaves_folder: 'a link out of the folder',
  broken_link: 'a link to nothing',
  too_deep: 'nested too deep',
  too_many_pages: 'too many pages',
  too_much_memory: 'takes too much memory',
};

const named = (files: readonly string[]): string =>
  files.length > 3
    ? `${files.slice(0, 3).join(', ')} and ${String(files.length - 3)} more`
    : files.join(', ');

/** Which of the files that somebody gave to be quoted were not read, by reason; undefined where there are none. */
export function notReadFor(skipped: readonly SkippedFile[]): string | undefined {
  const byReason = new Map<string, string[]>();
  for (const { file, reason } of skipped) {
    if (!Object.hasOwn(told, reason) || (reason === 'unsupported_type' && !documents.test(file))) continue;
    const files = byReason.get(reason);
    if (files === undefined) byReason.set(reason, [file]);
    else files.push(file);
  }
  if (byReason.size === 0) return undefined;
  const parts = [...byReason].map(([reason, files]) => `${named(files)} (${told[reason] ?? reason})`);
  return `Not read: ${parts.join('; ')}.`;
}
