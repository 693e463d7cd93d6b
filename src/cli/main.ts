import { resolve } from 'node:path';
import { Command as Program, CommanderError } from 'commander';
import { escapeForTerminal } from '../../machines/escape.js';
import { programVersion } from '../program.js';
import type { ShownCopy } from './carried.js';
import { catalog, seedFlags } from './catalog.js';
import type { Command, Options, Result } from './command.js';
import { makeContext, type OpenContext } from './context.js';
import { exits } from './exit-codes.js';
import { logAddressOf, parseLogAddress } from './log-address.js';
import { keepStandardOutput, printError, printJson, printOut } from './standard-output.js';
import { UsageError } from './usage-error.js';

interface GlobalOptions {
  directory?: string;
  policy?: string;
  json?: boolean;
  by?: string;
  artifacts?: string;
  postgres?: string;
  restate?: string;
}

const groups = ['Produce', 'Look', 'Steer', 'Money', 'Repair', 'Keep'] as const;

function helpText(): string {
  const width = Math.max(...catalog.map(({ name, usage }) => `${name} ${usage}`.length)) + 2;
  const sections = groups.map((group) => {
    const lines = catalog
      .filter((command) => command.group === group)
      .map(({ name, usage, summary }) => `  ${`${name} ${usage}`.padEnd(width)}${summary}`);
    return `${group}\n${lines.join('\n')}`;
  });
  return `
${sections.join('\n\n')}

An episode is named by its id, ep_001 or 1. Try: showrunner produce --topic "Why bees dance" --sources notes
One machine needs no log. On several, each names the same one and a directory of its own, its copy:
  SHOWRUNNER_URL='postgres://user@host/database#main' showrunner list      (or restate+http://n1:8080,n2:8080#main)
Exit codes: 0 done, 1 failed, 2 usage, 3 not found, 4 wrong state, 5 budget stop, 6 invalid data, 130 interrupted.
Help on a command: showrunner help <command>. Completions for your shell: showrunner complete --help`;
}

function buildProgram(act: (command: Command, args: string[], options: Options) => Promise<void>): Program {
  const program = new Program('showrunner')
    .description(
      'Keeps AI-made podcast episodes alive from idea to audio: every step durable, every dollar accounted for.',
    )
    .usage('[options] <command>')
    .option('-d, --directory <path>', 'the production (default: $SHOWRUNNER_DIRECTORY or ./production)')
    .option('--policy <file>', "JSON file with budgets and rules, which become the production's")
    .option(
      '--artifacts <store>',
      'a folder or s3://bucket/prefix that has files a second time, for other machines (default: $SHOWRUNNER_ARTIFACTS)',
    )
    .option(
      '--postgres <url>',
      'the log that carries the production: postgres://user@host/database#main (default: $SHOWRUNNER_URL)',
    )
    .option(
      '--restate <urls>',
      'the same on Restate, by the ingress of each node: http://n1:8080,http://n2:8080#main',
      (value: string, before: string | undefined) => (before === undefined ? value : `${before},${value}`),
    )
    .option('--by <name>', 'who acts, for the record')
    .option('--json', 'one JSON object on standard output')
    .version(programVersion)
    .configureHelp({ visibleCommands: () => [] })
    .addHelpText('after', helpText)
    .exitOverride()
    .configureOutput({
      writeErr: (text) => printError(`${escapeForTerminal(text.trim())}\n`),
      writeOut: printOut,
    });
  for (const { flag, description } of seedFlags) program.option(flag, description);
  program
    .option('--confirm', 'with --reset: really do it')
    .option('--format <format>', 'with --export-metrics: json, csv or prometheus');
  for (const command of catalog) {
    const sub = program
      .command(`${command.name} ${command.usage}`.trim(), { hidden: true })
      .description(command.summary)
      .showHelpAfterError(helpOn(command))
      .exitOverride();
    for (const [flags, description] of command.options) sub.option(flags, description, filled(flags));
    // Global options are welcome after the command too.
    sub
      .option('-d, --directory <path>', 'the production')
      .option('--policy <file>', "budgets and rules, which become the production's")
      .option('--by <name>', 'who acts')
      .option('--json', 'one JSON object on standard output');
    sub.addHelpText('after', `\nExample:\n  ${command.example}`);
    sub.action(async (...received: unknown[]) => {
      const args = received.slice(0, -2).filter((arg): arg is string => typeof arg === 'string');
      await act(command, args, sub.optsWithGlobals<Options>());
    });
  }
  // Only now: a command takes this over from the program when it is added, and too many arguments to it are a mistake.
  program.allowExcessArguments().action(async () => {
    const options = program.opts<Options>();
    const [unknown] = program.args;
    if (unknown !== undefined) throw await unknownCommand(unknown);
    const chosen = seedFlags.find(({ flag }) => options[camel(flag)] !== undefined);
    const command = chosen && catalog.find(({ name }) => name === chosen.command);
    if ((!chosen || !command) && options['json'] === true)
      throw new UsageError('name a command; showrunner --help lists them');
    if (!chosen || !command) return program.help();
    const value = options[camel(chosen.flag)];
    await act(command, chosen.takesEpisode && typeof value === 'string' ? [value] : [], options);
  });
  return program;
}

/** What a script's variable that is not set leaves of an option is not passed over. */
function filled(flags: string): (value: string) => string {
  const [option, value] = flags.split(' ');
  return (given) => {
    if (given !== '') return given;
    throw new UsageError(`${option}: ${value} is empty; name one, or leave ${option} out`);
  };
}

function helpOn(command: Command): string {
  return `showrunner help ${command.name}`;
}

function camel(flag: string): string {
  return (
    flag
      .split(' ')[0]
      ?.slice(2)
      .replace(/-([a-z])/g, (_all, letter: string) => letter.toUpperCase()) ?? ''
  );
}

/** `help` and `help <command>` are `--help` and `<command> --help`. */
async function withHelp(argv: string[]): Promise<string[]> {
  const [first, command, ...others] = argv;
  if (first !== 'help') return argv;
  if (command === undefined || command.startsWith('-')) return ['--help', ...argv.slice(1)];
  if (!catalog.some(({ name }) => name === command)) throw await unknownCommand(command);
  return [command, '--help', ...others];
}

async function unknownCommand(given: string): Promise<UsageError> {
  const { notThere } = await import('./not-there.js');
  return new UsageError(notThere(given));
}

/** What a shell asks while a person types. */
async function completeWords(words: string[]): Promise<void> {
  const { complete } = await import('./completions.js');
  await complete(words, directoryOf(undefined));
}

/** Who reads an answer as JSON must know that it is an old copy's. */
function marked(result: Result, old: ShownCopy | undefined): Result {
  if (!old || !result.json) return result;
  const { of, asOf, why } = old;
  return { ...result, json: { ...result.json, old_copy: { of, as_of: asOf ?? null, why } } };
}

/** A password among the arguments would stand in every list of processes. */
function hidePasswords({ name }: Command, secrets: readonly string[]): void {
  const isSaid = secrets.some((secret) => process.argv.some((arg) => arg.includes(secret)));
  if (isSaid) process.title = `showrunner ${name}`;
}

function print(result: Result, json: boolean): void {
  if (json && result.json === undefined) return;
  if (json) printJson(result.json);
  else if (result.text !== '') printOut(`${result.text.replace(/\n$/, '')}\n`);
}

/** An empty name would mean the folder that one happens to be in; an empty variable is one that is not set. */
function directoryOf(option: string | undefined): string {
  if (option === '') throw new UsageError('--directory: name a directory');
  return option ?? (process.env['SHOWRUNNER_DIRECTORY'] || 'production');
}

function artifactsOf(option: string | undefined): string | undefined {
  if (option === '')
    throw new UsageError('--artifacts: name a folder that the machines share, or s3://bucket/prefix');
  return option ?? (process.env['SHOWRUNNER_ARTIFACTS'] || undefined);
}

async function main(argv: string[]): Promise<number> {
  let exit: number = exits.done;
  let opened: OpenContext | undefined;
  let secrets: readonly string[] = [];
  const wantsJson = argv.includes('--json');
  if (wantsJson) keepStandardOutput();
  const act = async (command: Command, args: string[], options: Options): Promise<void> => {
    const { directory, policy, by, json, artifacts, ...where } = options as GlobalOptions;
    const log = logAddressOf(where, process.env);
    const into = typeof options['into'] === 'string' ? parseLogAddress(options['into'], '--into') : undefined;
    secrets = [...(log?.secrets ?? []), ...(into?.secrets ?? [])];
    hidePasswords(command, secrets);
    opened = makeContext({
      directory: resolve(directoryOf(directory)),
      policyFile: policy,
      json: json === true,
      by,
      artifacts: artifactsOf(artifacts),
      log,
    });
    if (command.pace === undefined) (await import('./check-once.js')).checkOnce();
    const { run } = await command.load();
    try {
      const result = await run(opened.context, args, options);
      exit = result.exit ?? exits.done;
      // Documents are fresh before anybody reads the answer.
      await opened.close();
      print(marked(result, opened.oldCopy()), json === true);
    } catch (error) {
      if (error instanceof UsageError && error.seeHelp) error.message += `: ${helpOn(command)}`;
      throw error;
    } finally {
      await opened.close();
    }
  };
  try {
    if (argv[0] === 'complete' && argv[1] === '--') await completeWords(argv.slice(2));
    else await buildProgram(act).parseAsync(await withHelp(argv), { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      if (wantsJson && error.exitCode !== 0) printJson({ error: { code: 'usage', message: error.message } });
      return error.exitCode === 0 ? exits.done : exits.usage;
    }
    const { reportError } = await import('./report-error.js');
    return reportError(error, wantsJson, secrets);
  }
  return exit;
}

// `showrunner list | head -1` is no error: the exit code, once it is known, is the command's own. What watches has nobody to tell any more.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') setImmediate(() => process.exit());
  else {
    process.stderr.write(`showrunner: standard output cannot be written: ${error.message}\n`);
    process.exit(exits.failed);
  }
});

// Progress that nobody reads any more must not end the work that it is about.
process.stderr.on('error', () => {});

// What is waited for and never comes would end the process as if all were done.
function unanswered(): void {
  process.stderr.write('showrunner: ended without an answer; what was asked for may not be done.\n');
  process.exitCode = exits.failed;
}

async function run(): Promise<void> {
  process.once('beforeExit', unanswered);
  process.exitCode = await main(process.argv.slice(2));
  process.off('beforeExit', unanswered);
}

void run();
