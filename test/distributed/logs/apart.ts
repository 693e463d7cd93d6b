/** Tests of files that have no meaning, or another one, where a log carries the journal: why, by file and by how their titles begin. */
export const apart: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'test/cli/cli.test.ts': {
    "given the seed's flags on the bare command":
      'reset is refused for a copy: the log would bring everything back',
    'given a folder of another program, when it is reset': 'reset is refused for a copy',
    "given a journal that was cut off at a line's end": 'the copy is mended from the log',
  },
  'test/cli/cli-policy.test.ts': {
    'given others have written, when a clock two days ahead':
      'the time of a commit is the log’s, and no disk is asked for its own',
  },
  'test/crew/edit-late.test.ts': {
    'given the journal has been moved away':
      'redact, which moves it, is refused for a copy; a copy without its journal is journal_unavailable',
  },
  'test/crew/kept-options.test.ts': {
    'given %s is taken out of the production later':
      'redact is refused for a copy: the log would bring the text back',
  },
  'test/manager/listeners.test.ts': {
    'given it has read a commit to answer a question': 'one of its managers has a disk of its own',
    'given the disk fails when it looks': 'one of its managers has a disk of its own',
  },
  'test/production/audit.test.ts': {
    'given a forged journal with %s':
      'it forges the folder; test/distributed/postgres/command-line.test.ts damages a copy',
  },
};

/** Why a test is not run over a log; undefined where it is. */
export function whyApart(file: string, title: string): string | undefined {
  const titles = Object.entries(apart[file] ?? {});
  return titles.find(([beginning]) => beginsLike(title, beginning))?.[1];
}

/** `%s` stands for what a table of tests puts there. */
function beginsLike(title: string, beginning: string): boolean {
  const [first = '', rest] = beginning.split('%s');
  return title.startsWith(first) && (rest === undefined || title.includes(rest));
}
