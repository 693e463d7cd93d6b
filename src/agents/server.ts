import {
  CLIENT_CAPABILITIES_META_KEY,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  inputRequired,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { ProductionError } from '../../machines/errors.js';
import type { ProductionStateManager } from '../manager/manager.js';
import { errorText, failure, marked } from './answer.js';
import { checkArguments } from './arguments.js';
import type { Asking, Question } from './ask-person.js';
import type { Producer } from './produce-episode.js';
import { getPrompt, prompts } from './prompts.js';
import { resourceTemplates, resources } from './resources.js';
import { listedTools, tools } from './tools.js';

/** What a server of ours works on. */
export interface House {
  /** The production, opened when first asked for; made where there is none only with `make`. */
  open: (options?: { make?: boolean }) => Promise<ProductionStateManager>;
  /** The production's directory, where its table of prices lies. */
  directory: string;
  /** A line for whoever reads the server's log. */
  note: (text: string) => void;
  /** Who acts, for the record. */
  by: string;
  /** Which tools are listed; default all. */
  listed?: 'core' | 'all' | undefined;
  /** What makes episodes; without it produce_episode says how a person gives one. */
  producer?: Producer | undefined;
}

const instructions = `Showrunner keeps podcast episodes: phases research, script, audio, in this order, and every dollar.
Begin with create_episode or list_episodes. Start a phase with update_phase active. Before a paid call reserve_cost, after it settle_cost. End a phase with update_phase complete. A failed episode goes on with recover_episode.
Approvals and budgets belong to people: request_approval and raise_budget ask one.`;

/**
 * One server for one connection, or for one request over HTTP; the production holds all state. Nothing of the engine is loaded before the first call.
 * `subscribe`: whether this client can be told of changes.
 */
export function makeServer(house: House, subscribe: boolean): Server {
  const server = new Server(
    { name: 'showrunner', version: '0.1.0' },
    { capabilities: { tools: {}, resources: { subscribe }, prompts: {} }, instructions },
  );
  server.setRequestHandler('tools/list', () => ({ tools: listedTools(house.listed) }) as never);
  server.setRequestHandler('tools/call', async ({ params }, ctx) =>
    call(house, params, askingOf(server, house, ctx), ctx),
  );
  server.setRequestHandler('resources/list', () => ({ resources: [...resources] }));
  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: [...resourceTemplates] }));
  server.setRequestHandler('resources/read', ({ params: { uri } }) =>
    cleanly(async () => {
      const { readResource } = await import('./read-resource.js');
      return readResource(await house.open(), uri);
    }),
  );
  server.setRequestHandler('prompts/list', () => ({ prompts: [...prompts] }));
  server.setRequestHandler('prompts/get', ({ params }) =>
    cleanly(() => getPrompt(params.name, params.arguments ?? {})),
  );
  return server;
}

/** Who has named what there is not may name something else; the rest is an error of the server's. */
export async function cleanly<Given>(work: () => Given | Promise<Given>): Promise<Given> {
  try {
    return await work();
  } catch (error) {
    const isCallers = error instanceof ProductionError && error.remedy === 'caller';
    const { InvalidParams, InternalError } = ProtocolErrorCode;
    throw new ProtocolError(isCallers ? InvalidParams : InternalError, errorText(error));
  }
}

async function call(
  house: House,
  params: { name: string; arguments?: unknown },
  asking: Asking,
  ctx: ServerContext,
) {
  try {
    const tool = tools.find(({ name }) => name === params.name);
    if (!tool)
      throw new ProductionError('invalid_input', `name: there is no tool ${params.name.slice(0, 40)}.`, {
        field: 'name',
      });
    const given = checkArguments(tool, params.arguments ?? {});
    if (tool.name === 'answer_hook') {
      refuseAgents(ctx);
      const { answerHostHook } = await import('./answer-host-hook.js');
      // A hook never fails: without a production it denies what costs money, and lets the rest pass.
      return await answerHostHook(given, { ...house, open: () => house.open() });
    }
    const makes = tool.name === 'create_episode' || tool.name === 'produce_episode';
    const manager = await house.open({ make: makes });
    const [{ runTool }, { followingOf }] = await Promise.all([
      import('./run-tool.js'),
      import('./produce-episode.js'),
    ]);
    const { producer } = house;
    const following = followingOf(ctx);
    const answered = await runTool(tool.name, {
      manager,
      given,
      toolUseId: toolUseIdOf(ctx),
      asking,
      following,
      producer,
    });
    return marked(answered, manager.oldCopy);
  } catch (error) {
    return failure(error);
  }
}

/** A host's hook names no use of a tool, and an agent's call does (Claude Code 2.1.332, measured): an agent would say itself what its calls have cost. */
function refuseAgents({ mcpReq }: ServerContext): void {
  if (mcpReq._meta?.['claudecode/toolUseId'] === undefined) return;
  throw new ProductionError(
    'invalid_input',
    "name: answer_hook is for the host's own hooks, and this call comes from an agent; nothing was changed. Settle by settle_cost.",
    { field: 'name' },
  );
}

function toolUseIdOf({ mcpReq }: ServerContext): string | undefined {
  const id = mcpReq._meta?.['claudecode/toolUseId'];
  return typeof id === 'string' && /^[\x21-\x7e]{1,180}$/.test(id) ? id : undefined;
}

function askingOf(server: Server, { by }: House, { mcpReq }: ServerContext): Asking {
  // Over the new protocol each request says it; its type leaves the key out.
  const envelope = mcpReq.envelope as Record<string, { elicitation?: unknown } | undefined> | undefined;
  const capabilities = envelope?.[CLIENT_CAPABILITIES_META_KEY] ?? server.getClientCapabilities();
  return {
    canAsk: capabilities?.elicitation !== undefined,
    responses: mcpReq.inputResponses,
    by: `${by} by elicitation`,
    agent: `${by}'s agent within agentCeiling`,
    question: (name, message): Question =>
      inputRequired({
        inputRequests: {
          [name]: inputRequired.elicit({
            message,
            requestedSchema: {
              type: 'object',
              properties: { approve: { type: 'boolean', title: 'Approve' } },
              required: ['approve'],
            },
          }),
        },
      }),
  };
}
