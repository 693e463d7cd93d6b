import type { Command } from './command.js';

/** Every command, in the order in which help lists them. */
export const catalog: readonly Command[] = [
  {
    name: 'list', group: 'Look', summary: 'List episodes, active ones first.', usage: '',
    options: [['--all', 'recently ended episodes too']],
    example: 'showrunner list --all', load: () => import('./commands/list.js'),
  },
  {
    name: 'show', group: 'Look', summary: 'Show one episode: phases, money, checkpoints, what to do next.', usage: '<episode>',
    options: [], example: 'showrunner show ep_001', load: () => import('./commands/show.js'),
  },
  {
    name: 'history', group: 'Look', summary: "Show every event of an episode's past.", usage: '<episode>',
    options: [['--at <position>', 'show the whole snapshot as it stood at this journal position']],
    example: 'showrunner history ep_001', load: () => import('./commands/history.js'),
  },
  {
    name: 'metrics', group: 'Look', summary: 'Show production, quality and spending metrics.', usage: '',
    options: [['--format <format>', 'json, csv or prometheus']], example: 'showrunner metrics --format prometheus', load: () => import('./commands/metrics.js'),
  },
  {
    name: 'studio', group: 'Look', summary: 'Serve the page that shows and steers the production, on this machine only.', usage: '',
    options: [['--port <n>', 'the port; default 4747, 0 takes any free one']],
    example: 'showrunner studio', load: () => import('./commands/studio.js'),
  },
  {
    name: 'inspect', group: 'Look', summary: 'Show episodes in the Stately inspector, past and live; its page needs the internet.', usage: '[episode]',
    options: [['--port <n>', 'the port; default 4748, 0 takes any free one']],
    example: 'showrunner inspect ep_001', load: () => import('./commands/inspect.js'),
  },
  {
    name: 'watch', group: 'Look', summary: 'Show the board in the terminal, live; a line per event where there is no terminal.', usage: '[episode]',
    options: [], example: 'showrunner watch', load: () => import('./commands/watch.js'),
  },
  {
    name: 'draw', group: 'Look', summary: 'Draw the statechart, or where an episode stands in it, with its money.', usage: '[episode]',
    options: [['--format <format>', 'svg, mermaid, scxml or json; default svg']],
    example: 'showrunner draw ep_001 > chart.svg', load: () => import('./commands/draw.js'),
  },
  {
    name: 'produce', group: 'Produce', summary: 'Make episodes from a topic and a folder of sources.', usage: '[episode]',
    options: [
      ['--topic <topic>', 'the topic of a new episode'],
      ['--topics <file>', 'several topics, one a line'],
      ['--sources <path>', 'folder or file that the offline crew reads'],
      ['--minutes <n>', 'wanted length; default 3'],
      ['--crew <module>', 'your own crew: a module whose default export is a crew'],
      ['--concurrency <n>', 'episodes at once, with --topics; default 1'],
      ['--approve', 'wait in review for approval after the script'],
      ['--lease <seconds>', 'after this long without a sign of life another process may take over; default 60'],
    ],
    example: 'showrunner produce --topic "Why bees dance" --sources notes --minutes 5', load: () => import('./commands/produce.js'),
  },
  {
    name: 'create', group: 'Produce', summary: "Create an episode's session and print its id.", usage: '',
    options: [['--topic <topic>', 'what it is about (needed)'], ['--episode <number>', 'its number; default the next free one'], ['--total <dollars>', 'its total budget']],
    example: 'showrunner create --topic "Why bees dance"', load: () => import('./commands/create.js'),
  },
  {
    name: 'phase', group: 'Steer', summary: 'Move a phase: active, complete, skipped or failed.', usage: '<episode> <phase> <status>',
    options: [['--cost <dollars>', 'what the phase has cost'], ['--reason <text>', 'needed for skipped'], ['--error <text>', 'what happened, for failed'], ['--data <file>', "JSON file for the phase's checkpoint"]],
    example: 'showrunner phase ep_001 research complete --cost 1.05', load: () => import('./commands/phase.js'),
  },
  {
    name: 'resume', group: 'Steer', summary: 'Take an episode up where it stands; one that showrunner produced goes on being produced.', usage: '<episode>',
    options: [], example: 'showrunner resume ep_001', load: () => import('./commands/resume.js'),
  },
  {
    name: 'pause', group: 'Steer', summary: 'Pause the running phase: nothing new is paid for.', usage: '<episode>',
    options: [['--reason <text>', 'why']], example: 'showrunner pause ep_001 --reason "waiting for the guest"', load: () => import('./commands/pause.js'),
  },
  {
    name: 'approve', group: 'Steer', summary: 'Approve the phase that is in review.', usage: '<episode>',
    options: [['--reason <text>', 'a note']], example: 'showrunner approve ep_001', load: () => import('./commands/approve.js'),
  },
  {
    name: 'reject', group: 'Steer', summary: 'Send the phase in review back to work.', usage: '<episode>',
    options: [['--reason <text>', 'why (needed)']], example: 'showrunner reject ep_001 --reason "too long"', load: () => import('./commands/reject.js'),
  },
  {
    name: 'skip', group: 'Steer', summary: 'Skip a phase; the reason stays on record.', usage: '<episode> <phase>',
    options: [['--reason <text>', 'why (needed)']], example: 'showrunner skip ep_001 research --reason "notes are ready"', load: () => import('./commands/skip.js'),
  },
  {
    name: 'cancel', group: 'Steer', summary: 'Stop an episode for good.', usage: '<episode>',
    options: [['--reason <text>', 'why (needed)']], example: 'showrunner cancel ep_001 --reason "guest withdrew"', load: () => import('./commands/cancel.js'),
  },
  {
    name: 'archive', group: 'Steer', summary: 'Put a complete or failed episode away.', usage: '<episode>',
    options: [['--reason <text>', 'why']], example: 'showrunner archive ep_001', load: () => import('./commands/archive.js'),
  },
  {
    name: 'quality', group: 'Steer', summary: 'Record a quality score.', usage: '<episode> <name> <value>',
    options: [], example: 'showrunner quality ep_001 technical_accuracy 0.88', load: () => import('./commands/quality.js'),
  },
  {
    name: 'cost', group: 'Money', summary: 'Record what was spent; it always lands.', usage: '<episode> <phase> <operation> <dollars>',
    options: [['--key <key>', 'idempotency key: the same key is recorded once']],
    example: 'showrunner cost ep_001 research perplexity_query 0.15', load: () => import('./commands/cost.js'),
  },
  {
    name: 'reserve', group: 'Money', summary: 'Reserve the most that a paid call can cost.', usage: '<episode> <phase> <operation> <dollars>',
    options: [['--key <key>', 'idempotency key (needed)']], example: 'showrunner reserve ep_001 research query 0.50 --key q1', load: () => import('./commands/reserve.js'),
  },
  {
    name: 'settle', group: 'Money', summary: 'Settle a reservation with what the call did cost.', usage: '<episode> <key> [dollars]',
    options: [], example: 'showrunner settle ep_001 q1 0.15', load: () => import('./commands/settle.js'),
  },
  {
    name: 'release', group: 'Money', summary: 'Give a reservation back: the call was not made.', usage: '<episode> <key>',
    options: [], example: 'showrunner release ep_001 q1', load: () => import('./commands/release.js'),
  },
  {
    name: 'budget', group: 'Money', summary: 'Show budgets, or raise one: research, script, audio, total or day.', usage: '<episode> [scope] [dollars]',
    options: [['--reason <text>', 'why it is raised (needed to raise)']],
    example: 'showrunner budget ep_001 total 3.00 --reason "longer episode"', load: () => import('./commands/budget.js'),
  },
  {
    name: 'checkpoint', group: 'Repair', summary: 'Save a checkpoint, or show one.', usage: '<episode> [name]',
    options: [['--data <file>', 'JSON file to save under the name'], ['--save', 'save the present state under the name, without data']],
    example: 'showrunner checkpoint ep_001 before_edit --data draft.json', load: () => import('./commands/checkpoint.js'),
  },
  {
    name: 'restore', group: 'Repair', summary: 'Go back to a checkpoint; money stays spent.', usage: '<episode> <name>',
    options: [], example: 'showrunner restore ep_001 research_complete', load: () => import('./commands/restore.js'),
  },
  {
    name: 'recover', group: 'Repair', summary: 'Recover a failed episode at its first unfinished phase, or an earlier one.', usage: '<episode>',
    options: [['--phase <phase>', 'an earlier phase'], ['--plan', 'only show the ways to go on']],
    example: 'showrunner recover ep_001 --plan', load: () => import('./commands/recover.js'),
  },
  {
    name: 'fork', group: 'Repair', summary: 'Begin a new episode from a checkpoint of another.', usage: '<episode>',
    options: [['--checkpoint <name>', 'default the latest'], ['--topic <topic>', 'default the same']],
    example: 'showrunner fork ep_001 --checkpoint script_complete', load: () => import('./commands/fork.js'),
  },
  {
    name: 'cleanup', group: 'Repair', summary: 'Fail and archive episodes without a sign of life; deletes nothing.', usage: '',
    options: [['--older-than <hours>', 'default 24']], example: 'showrunner cleanup --older-than 48', load: () => import('./commands/cleanup.js'),
  },
  {
    name: 'import', group: 'Keep', summary: 'Import an older state.json; the original is not changed.', usage: '<state.json>',
    options: [], example: 'showrunner import old/state.json --directory production', load: () => import('./commands/import.js'),
  },
  {
    name: 'verify', group: 'Keep', summary: 'Audit the whole journal: every transition, every sum.', usage: '',
    options: [], example: 'showrunner verify', load: () => import('./commands/verify.js'),
  },
  {
    name: 'doctor', group: 'Keep', summary: 'Look for damage, leftovers and things that wait for a person.', usage: '',
    options: [], example: 'showrunner doctor', load: () => import('./commands/doctor.js'),
  },
  {
    name: 'compact', group: 'Keep', summary: 'Compress sealed journal segments, without loss.', usage: '',
    options: [], example: 'showrunner compact', load: () => import('./commands/compact.js'),
  },
  {
    name: 'reset', group: 'Keep', summary: 'Move everything of this production into a backup (danger).', usage: '',
    options: [['--confirm', 'really do it']], example: 'showrunner reset --confirm', load: () => import('./commands/reset.js'),
  },
];

/** The seed's flags on the bare command, and the commands that they stand for (SEED.md, CLI Operations). */
export const seedFlags: readonly { flag: string; description: string; command: string; takesEpisode?: true }[] = [
  { flag: '--list', description: 'list active episodes', command: 'list' },
  { flag: '--resume <episode>', description: 'resume an episode', command: 'resume', takesEpisode: true },
  { flag: '--cleanup', description: 'clean orphaned and failed sessions', command: 'cleanup' },
  { flag: '--export-metrics', description: 'export metrics, as JSON or in another --format', command: 'metrics' },
  { flag: '--reset', description: 'reset the production (with --confirm)', command: 'reset' },
];
