import * as z from 'zod';
import { bodyOf, within } from '../disk/index.js';
import { nodeOf } from '../restate/ingress.js';
import { logService } from '../restate/names.js';
import type { Finding } from './examine.js';

/** Restate's usual port of administration, which stands beside the ingress. */
const adminPort = 9070;
const patienceMs = 3000;
/** Twenty invocations, with what they failed of. */
const mostBytes = 1024 * 1024;

/** Looks at a cluster of Restate: each node, its health, who serves the log, and what stands still. */
export async function examineRestate(
  addresses: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Finding[]> {
  const admin = adminAt(addresses, environment['RESTATE_ADMIN_URL'] || undefined);
  return [...(await examineNodes(addresses)), ...(await examineAdmin(admin))];
}

function adminAt([first = '']: readonly string[], named: string | undefined): string {
  if (named !== undefined) return named.replace(/\/$/, '');
  const url = new URL(first);
  return `${url.protocol}//${url.hostname}:${adminPort}`;
}

/** One of three may be down, and should not stay so. */
async function examineNodes(addresses: readonly string[]): Promise<Finding[]> {
  const nodes = await Promise.all(
    addresses.map(async (address) => {
      const { origin } = new URL(address);
      return {
        origin,
        answers: await asked(address, 'restate/health').then(
          ({ ok }) => ok,
          () => false,
        ),
      };
    }),
  );
  return nodes
    .filter(({ answers }) => !answers)
    .map(({ origin }) => ({
      severity: 'attention',
      what: `node ${origin} of Restate does not answer; ${nodes.filter(({ answers }) => answers).length} of ${nodes.length} do`,
      advice: `Start it again, or see why: curl ${origin}/restate/health`,
    }));
}

async function examineAdmin(admin: string): Promise<Finding[]> {
  try {
    const service = await asked(admin, `services/${logService}`);
    const served =
      service.status === 404
        ? [
            {
              severity: 'attention' as const,
              what: 'nobody serves the log to Restate',
              advice: 'Run showrunner restate serve, and register it at the admin address as it says.',
            },
          ]
        : [];
    return [...served, ...(await examineInvocations(admin))];
  } catch (error) {
    return [
      {
        severity: 'note',
        what: `the cluster's health was not looked at: ${new URL(admin).origin} ${said(error)}`,
        advice: `Name its admin address: RESTATE_ADMIN_URL=http://node1:${adminPort} showrunner doctor`,
      },
    ];
  }
}

const Invocations = z.object({
  rows: z.array(
    z.object({
      id: z.string(),
      target: z.string(),
      status: z.string(),
      retry_count: z.number().nullish(),
      last_failure: z.string().nullish(),
    }),
  ),
});

const question = `select id, target, status, retry_count, last_failure from sys_invocation
  where target_service_name = '${logService}' and (status = 'paused' or retry_count > 1) limit 20`;

/** One that is paused holds its key, and everybody behind it. */
async function examineInvocations(admin: string): Promise<Finding[]> {
  const answer = await asked(admin, 'query', question);
  if (!answer.ok) throw new Error(`says ${answer.status}`);
  const { rows } = Invocations.parse(JSON.parse(answer.text));
  return rows.map(({ id, target, status, retry_count: tries, last_failure: failure }) => ({
    severity: 'attention',
    what: `${target} is ${status}${tries ? ` after ${tries} tries` : ''}: ${(failure ?? 'Restate does not say why').slice(0, 300)}`,
    advice:
      status === 'paused'
        ? `It blocks the log. When the cause is gone: curl -X PATCH ${new URL(admin).origin}/invocations/${id}/resume`
        : 'See that showrunner restate serve runs where Restate looks for it.',
  }));
}

interface Asked {
  ok: boolean;
  status: number;
  text: string;
}

function asked(given: string, path: string, query?: string): Promise<Asked> {
  const { address, authorization } = nodeOf(given);
  return within(patienceMs, async (signal) => {
    const answer = await fetch(`${address}/${path}`, {
      ...(query !== undefined && { method: 'POST', body: JSON.stringify({ query }) }),
      headers: {
        accept: 'application/json',
        ...(query !== undefined && { 'content-type': 'application/json' }),
        ...(authorization !== undefined && { authorization }),
      },
      redirect: 'error',
      signal,
    });
    const { ok, status } = answer;
    return { ok, status, text: (await bodyOf(answer, mostBytes)).toString() };
  });
}

function said(error: unknown): string {
  const { message, cause } = error as Error & { cause?: { code?: unknown } };
  return typeof cause?.code === 'string' ? `does not answer (${cause.code})` : message.slice(0, 200);
}
