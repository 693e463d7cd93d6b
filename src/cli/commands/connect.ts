import { existsSync, mkdirSync, realpathSync, rmSync } from 'node:fs';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import type { HookHost } from '../../agents/hooks/hook-call.js';
import {
  connectHosts,
  firstTable,
  hostFiles,
  tokenVariable,
  type HostFile,
  type Place,
} from '../../agents/connect/host-files.js';
import { readHookTable } from '../../agents/hooks/hook-table.js';
import { plainRefusalTexts, readPlainFile, writePlainFile } from '../../disk/index.js';
import { escapeForShell } from '../../../machines/index.js';
import { agentsTokenFile } from '../../agents/token.js';
import { mcpPort, portOption } from '../listening.js';
import type { Run } from '../command.js';
import { UsageError } from '../usage-error.js';

/** Bytes. */
const largest = 16 * 1024 * 1024;

interface Edit {
  path: string;
  /** No link leads out of it. */
  within: string;
  before: string | undefined;
  after: string | undefined;
}

export const run: Run = async ({ directory }, [name = ''], options) => {
  const { remove, dryRun, overServer, http, port } = options;
  const host = connectHosts.find((each) => each === name);
  if (!host)
    throw new UsageError(
      `there is no host ${JSON.stringify(name.slice(0, 40))}; there are ${connectHosts.join(', ')}`,
    );
  if (overServer === true && host !== 'claude')
    throw new UsageError('--over-server is for claude; other hosts cannot call a server from a hook');
  if (options['postgres'] !== undefined || options['restate'] !== undefined)
    throw new UsageError(
      "the address of a log is written into no project's file: set SHOWRUNNER_URL where the host is started, which hands it to the server and the hooks",
    );
  const project = process.cwd();
  const within = relative(project, directory);
  const place: Place = {
    program: existsSync(join(project, 'node_modules/.bin/showrunner'))
      ? 'node_modules/.bin/showrunner'
      : 'npx showrunner',
    directory: within.startsWith('..') || isAbsolute(within) ? directory : within,
    table: readHookTable(directory, firstTable.text),
    overServer: overServer === true,
    address: http === true ? `http://127.0.0.1:${portOption(port, mcpPort)}/mcp` : undefined,
  };
  const edits = [
    ...hostFiles(host, place).map((file) => editOf(project, file, remove === true)),
    ...(remove === true ? [] : [tableEdit(directory)]),
  ].filter(({ before, after }) => before !== after);
  const patch = edits.map(({ path, before, after }) => patchOf(project, path, before, after)).join('');
  if (dryRun !== true) for (const edit of edits) write(edit);
  const files = edits.map(({ path }) => relative(project, path) || path);
  return {
    json: { host, files, written: dryRun !== true, patch },
    text:
      files.length === 0
        ? nothing(host, remove === true)
        : `${patch}\n${ends(host, remove === true, dryRun === true)}${tokenText(host, place)}`,
  };
};

/** How the host comes to the token, which no file of its own has. */
function tokenText(host: HookHost, { address, directory }: Place): string {
  if (address === undefined || host === 'claude' || host === 'opencode') return '';
  const file = escapeForShell(join(directory, agentsTokenFile));
  return `\nIts server asks for the token, which ${host} looks for in its environment: export ${tokenVariable}="$(cat ${file})"`;
}

function nothing(host: string, isRemoval: boolean): string {
  return isRemoval ? `Nothing of showrunner is in ${host}'s files.` : `${host} is connected already.`;
}

function ends(host: string, isRemoval: boolean, isDry: boolean): string {
  if (isDry) return 'Nothing was written (--dry-run).';
  if (isRemoval) return `${host} is disconnected; the production and its hooks.json stay.`;
  return `${host} is connected: start it anew in this folder. The table of prices is hooks.json in the production; it only watches until "enforce" is "deny".\nTo take it out again: showrunner connect ${host} --remove`;
}

function editOf(project: string, file: HostFile, remove: boolean): Edit {
  const path = join(project, file.path);
  try {
    const before = textAt(path, project);
    return { path, within: project, before, after: file.edit(before, remove) };
  } catch (error) {
    throw new UsageError(
      `${file.path} cannot be edited: ${(error as Error).message}. Nothing was written; mend it, or move it away, and try again`,
    );
  }
}

function tableEdit(directory: string): Edit {
  const path = join(directory, firstTable.path);
  try {
    const before = textAt(path, directory);
    return { path, within: directory, before, after: before ?? firstTable.text };
  } catch (error) {
    throw new UsageError(
      `${path} cannot be read: ${(error as Error).message}. Nothing was written; move it away and try again`,
    );
  }
}

/** What a file says, undefined where there is none. A project may be somebody else's: no link is followed out of it. */
function textAt(path: string, within: string): string | undefined {
  const read = readPlainFile(path, { largest, within });
  if ('bytes' in read) return read.bytes.toString('utf8');
  if (read.refused !== 'missing') throw new Error(plainRefusalTexts[read.refused]);
  seeThatFoldersAreHere(path, within);
  return undefined;
}

function seeThatFoldersAreHere(path: string, within: string): void {
  const folder = dirname(path);
  if (relative(within, folder).startsWith('..') || folder === within) return;
  if (!existsSync(folder)) return seeThatFoldersAreHere(folder, within);
  if (realpathSync(folder) !== join(realpathSync(within), relative(within, folder)))
    throw new Error(plainRefusalTexts.moved);
}

function patchOf(
  project: string,
  path: string,
  before: string | undefined,
  after: string | undefined,
): string {
  const name = relative(project, path);
  return createTwoFilesPatch(
    before === undefined ? '/dev/null' : name,
    after === undefined ? '/dev/null' : name,
    before ?? '',
    after ?? '',
  ).replace(/^=+\n/, '');
}

function write({ path, within, after }: Edit): void {
  if (after === undefined) return rmSync(path);
  mkdirSync(dirname(path), { recursive: true });
  writePlainFile(path, after, { within });
}
