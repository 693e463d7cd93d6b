import { existsSync, readdirSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { ProductionError } from '../../machines/errors.js';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { decodeJson } from '../disk/decode-json.js';
import { escapeForShell, escapeForTerminal } from '../../machines/escape.js';
import { plainRefusalTexts, readPlainFile } from '../disk/plain-file.js';
import { writableByOthers } from '../disk/writable-by-others.js';
import { isSessionId } from '../../machines/ids.js';
import type { CopyMark } from '../journal/read-mark.js';
import type { ProductionStateManager } from '../manager/manager.js';
import { age } from './age.js';
import { Carried, type ShownCopy } from './carried.js';
import type { Context } from './command.js';
import { copyIn } from './copy-in.js';
import { stillDoing } from './file-progress.js';
import type { LogAddress } from './log-address.js';
import { printError } from './standard-output.js';
import { UsageError } from './usage-error.js';

export interface OpenContext {
  context: Context;
  /** What was shown from a copy that was not brought up to its log. */
  oldCopy(): ShownCopy | undefined;
  close(): Promise<void>;
}

const largestPolicy = 1024 * 1024;

interface Settings {
  directory: string;
  policyFile: string | undefined;
  json: boolean;
  by: string | undefined;
  /** A folder that has files a second time. */
  artifacts?: string | undefined;
  log?: LogAddress | undefined;
}

/** What a command works with. Nothing is opened before the command asks. */
export function makeContext({ directory, policyFile, json, by, artifacts, log }: Settings): OpenContext {
  let opening: Promise<ProductionStateManager> | undefined;
  let old: ShownCopy | undefined;
  const carried = log && new Carried(log, directory);
  const interrupt = new AbortController();
  let isAwaited = false;
  const onSignal = (): void => interrupt.abort(new ProductionError('interrupted', 'interrupted.'));
  const name = by ?? userName();
  const context: Context = {
    directory,
    artifacts,
    log,
    json,
    by: name,
    get signal() {
      if (!isAwaited) {
        process.once('SIGINT', onSignal);
        process.once('SIGTERM', onSignal);
        // The terminal was closed.
        process.once('SIGHUP', onSignal);
      }
      isAwaited = true;
      return interrupt.signal;
    },
    note: (text) => printError(`${text}\n`),
    async isCurrent() {
      const copy = copyIn(directory);
      const reached = await carried?.reach();
      if (reached && 'error' in reached) {
        if (!copy) throw reached.error;
        tellOld(copy, reached.error.message);
      }
      if (!carried && copy) tellOld(copy, 'its log was not named (--postgres, --restate, SHOWRUNNER_URL).');
      return carried ? carried.isCurrent() : true;
    },
    async open(options = {}) {
      opening ??= open(options);
      try {
        return await opening;
      } catch (error) {
        opening = undefined;
        throw error;
      }
    },
  };
  async function open({
    readOnly = false,
    looks = readOnly,
    make = false,
    notify,
  }: Parameters<Context['open']>[0] & object): Promise<ProductionStateManager> {
    if (looks) await context.isCurrent();
    const remote = carried && !old ? await carried.take(make) : undefined;
    if (!make && !remote) refuseMissing(directory);
    warnOfOthers(directory, context.note);
    const { ProductionStateManager: Manager } = await import('../manager/manager.js');
    const store = await storeAt(artifacts);
    // A key without a value is more than a shape knows, and would be Zod's to judge.
    const how = {
      directory,
      ...(policyFile === undefined
        ? {}
        : { policy: readPolicy(policyFile), policyReason: `--policy ${policyFile}`.slice(0, 500) }),
      by: `${name} (process ${process.pid})`,
      readOnly: readOnly || old !== undefined,
      ...(notify && { notify }),
      ...(store !== undefined && { artifacts: store }),
      ...(log && { redact: log.secrets }),
    };
    return remote ? Manager.connect({ ...how, log: remote }) : Manager.open(how);
  }
  /** Once, and for `--json` too: who reads must know how old it is. */
  function tellOld({ log: of, asOf }: CopyMark, why: string): void {
    if (old) return;
    old = { of, asOf, why };
    const when = asOf === undefined ? '' : ` as of ${asOf} (${age(asOf, Date.now())} ago)`;
    context.note(
      `showrunner: this is the copy of ${escapeForTerminal(of)}${when}: ${escapeForTerminal(why)}`,
    );
  }
  return {
    context,
    oldCopy: () => old,
    async close() {
      process.removeListener('SIGINT', onSignal);
      process.removeListener('SIGTERM', onSignal);
      process.removeListener('SIGHUP', onSignal);
      const opened = opening;
      opening = undefined;
      const told = stillDoing(context, 'writing documents');
      try {
        await (await opened?.catch(() => undefined))?.close();
        await carried?.close();
      } catch (error) {
        // What was done is done: an error would have it done, and paid for, again.
        if (!(error instanceof ProductionError) || error.code !== 'document_unavailable') throw error;
        context.note(`showrunner: what was asked for is done and on disk. ${error.message}`);
      } finally {
        told.end();
      }
    },
  };
}

/** A folder, or `s3://bucket/prefix` with the keys in the environment. */
export async function storeAt(address: string | undefined): Promise<string | ArtifactStore | undefined> {
  if (!address?.startsWith('s3://')) return address;
  const { s3StoreAt } = await import('../artifacts/s3-store.js');
  return s3StoreAt(address);
}

/** Whoever may write the folder may change what is in it, and hold up who reads it. */
function warnOfOthers(directory: string, note: (text: string) => void): void {
  if (writableByOthers(directory) === 'everybody')
    note(
      `showrunner: warning: everybody on this machine may write ${directory} and change what is in it. Keep it for yourself: chmod o-w ${escapeForShell(directory)}`,
    );
}

/** Whoever only looks, or has mistyped the directory, must not make a production. */
export function refuseMissing(directory: string): void {
  const isOurs = (name: string): boolean => name === 'journal' || name === 'state.json' || isSessionId(name);
  if (existsSync(directory) && (!statSync(directory).isDirectory() || readdirSync(directory).some(isOurs)))
    return;
  throw new ProductionError(
    'production_missing',
    `there is no production at ${directory}. Name another with --directory, or begin one: showrunner create --topic "…"`,
    { field: 'directory' },
  );
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'somebody';
  }
}

/** What a policy file that was named says. policy.json in the production is the manager's to look after. */
function readPolicy(path: string): object {
  const read = readPlainFile(path, { largest: largestPolicy, followsLink: true });
  if ('refused' in read)
    throw new UsageError(`--policy: cannot read ${path}: ${plainRefusalTexts[read.refused]}`);
  try {
    return decodeJson(read.bytes) as object;
  } catch (error) {
    throw new ProductionError('invalid_input', `policy: ${path} is not JSON: ${(error as Error).message}`, {
      field: 'policy',
    });
  }
}
