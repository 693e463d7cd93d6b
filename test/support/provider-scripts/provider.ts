import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createDropping, type AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import {
  lies,
  mostMicro,
  scriptOf,
  unknownWays,
  wellTurn,
  type Rule,
  type ScriptedKey,
  type Turn,
  type Way,
} from './script.js';

/** What the provider knows of one script's key. */
interface Account {
  key: string;
  rule: Rule;
  turns: Turn[];
  /** How many calls have been announced. */
  announced: number;
  /** Calls before this one come too late: somebody has looked, and was told that they were not there. */
  closedBefore: number;
  /** What it has taken, in whole micro-dollars. */
  charged: number;
  /** The cost of the answer that can be looked up, in dollars. */
  done: number | undefined;
  /** A call may have been done and nobody has looked since: no further one may come. */
  isUncertain: boolean;
  /** When it wants no call before, by its own clock. */
  notBefore: number;
}

export interface ScriptedProvider {
  url: string;
  /** What is on its invoice for a script, in micro-dollars per key. */
  invoice: (seed: number) => Record<string, number>;
  /** Calls that should not have been made, in words. */
  violations: string[];
  /** Which ways calls have gone. */
  seen: Set<Way>;
}

/** What a client hears before a call: how it goes, and what the way to the provider is like. */
export interface Announced {
  turn: Turn;
  number: number;
  /** Where every connection is dropped at once. */
  droppingPort: number;
}

const shortestWaitMs = 250;

/**
 * A provider on loopback that treats every call as its script says, and writes an invoice. Nothing that it takes is ever forgotten. `onRequest` hears
 * each request's script before it is answered.
 */
export async function startScriptedProvider(
  onRequest: (seed: number) => void = () => {},
): Promise<ScriptedProvider> {
  const accounts = new Map<string, Account>();
  const violations: string[] = [];
  const seen = new Set<Way>();
  const accountOf = (seed: string, key: string): Account => {
    const name = `${seed}/${key}`;
    const known = accounts.get(name);
    if (known) return known;
    const { rule, turns } = scriptOf(Number(seed)).find((each) => each.key === key) as ScriptedKey;
    const account: Account = {
      key: name,
      rule,
      turns,
      announced: 0,
      closedBefore: 0,
      charged: 0,
      done: undefined,
      isUncertain: false,
      notBefore: 0,
    };
    accounts.set(name, account);
    return account;
  };
  const dropping = createDropping((socket) => socket.destroy());
  const server = createServer((request, response) => {
    const [, verb = '', seed = '', key = '', number = ''] = (request.url ?? '').split('/');
    const account = accountOf(seed, key === '' ? 'a' : key);
    onRequest(Number(seed));
    if (verb === 'announce') {
      const turn = account.turns[account.announced] ?? wellTurn(mostMicro / 4);
      account.announced += 1;
      seen.add(turn.way);
      const { port: droppingPort } = dropping.address() as AddressInfo;
      json(response, 200, { turn, number: account.announced - 1, droppingPort } satisfies Announced);
    } else if (verb === 'look') {
      // Whoever has looked may go on as he finds it; the answer that asked for time may have died with who got it.
      account.isUncertain = false;
      account.notBefore = 0;
      account.closedBefore = account.announced;
      json(response, account.done === undefined ? 404 : 200, { cost: account.done ?? null });
    } else if (verb === 'invoice') json(response, 200, invoice(seed));
    else if (Number(number) < account.closedBefore) request.socket.destroy();
    else answer(account, account.turns[Number(number)] ?? wellTurn(mostMicro / 4), request, response);
  });
  const invoice = (seed: number | string): Record<string, number> =>
    Object.fromEntries(
      scriptOf(Number(seed)).map(({ key }) => [key, accounts.get(`${seed}/${key}`)?.charged ?? 0]),
    );
  const answer = (account: Account, turn: Turn, request: IncomingMessage, response: ServerResponse): void => {
    if (account.isUncertain && account.rule !== 'retry')
      violations.push(`${account.key} is called again, and nobody has asked what became of the call before`);
    if (Date.now() < account.notBefore)
      violations.push(`${account.key} is called before the time that the provider asked for`);
    if (turn.way === 'cut-while-sending') {
      request.once('data', () => {
        account.isUncertain = true;
        if (turn.isDone) charge(account, turn);
        request.socket.destroy();
      });
      return;
    }
    request.resume();
    request.on('end', () => reply(account, turn, response));
  };
  await Promise.all(
    [server, dropping].map(
      (each) => new Promise<void>((resolve) => each.listen(0, '127.0.0.1', () => resolve())),
    ),
  );
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    dropping.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, invoice, violations, seen };
}

/** Takes a call's price. Who declares calls to be the same by their key is charged once. */
function charge(account: Account, turn: Turn): void {
  if (account.rule === 'retry' && account.done !== undefined) return;
  account.charged += Math.ceil(turn.price);
  account.done = turn.price / 1e6;
}

function reply(account: Account, turn: Turn, response: ServerResponse): void {
  const { way } = turn;
  if (account.rule === 'retry' && account.done !== undefined)
    return json(response, 200, { cost: account.done });
  if (unknownWays.has(way)) {
    account.isUncertain = true;
    if (turn.isDone) charge(account, turn);
    if (way === 'cut-after-sending') response.socket?.destroy();
    else if (way === 'cut-in-answer') {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
      response.write('{"cost":', () => response.socket?.destroy());
    } else if (typeof way === 'number') json(response, way, {});
    return;
  }
  if (way === 'billed-failure') {
    account.charged += turn.price;
    return json(response, 503, { cost: turn.price / 1e6 });
  }
  if (way === 'no-json') {
    account.charged += turn.price;
    return void response.writeHead(200).end('<html>Bad gateway');
  }
  if (way === 'empty-account') return json(response, 429, { error: { code: 'insufficient_quota' } });
  if (way === 429) return json(response, 429, {}, leftAlone(account, turn));
  if (typeof way === 'number') return json(response, way, {});
  account.isUncertain = true;
  charge(account, turn);
  json(
    response,
    200,
    way === 'hides-cost' ? {} : { cost: way === 'lies' ? lies[turn.lie] : turn.price / 1e6 },
  );
}

/** Policy lets a provider ask for at most a few milliseconds here, whatever the form. */
function leftAlone(account: Account, { retryAfter }: Turn): Record<string, string> {
  if (retryAfter === 'none') return {};
  if (account.rule !== 'retry') account.notBefore = Date.now() + shortestWaitMs;
  if (retryAfter === 'seconds') return { 'retry-after': '7' };
  if (retryAfter === 'date') return { 'retry-after': new Date(Date.now() + 60_000).toUTCString() };
  return { 'retry-after-ms': String(shortestWaitMs + 2) };
}

function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
