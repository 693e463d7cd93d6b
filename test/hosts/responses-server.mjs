// A model that says what a script tells it, as the Responses API streams it, on loopback: what Codex speaks.
import { serveEvents } from './event-stream.mjs';

/**
 * Each turn of the script is a call of a tool, or a text; it gets the results of the calls before it.
 * @param {((results: string[]) => { server: string, tool: string, input: object } | string)[]} turns
 */
export async function serveResponses(turns) {
  /** What the host said last, for each turn of the script. */
  const heard = [];
  /** The tools that the host offered. */
  const offered = new Set();
  const answer = ({ tools = [], input = [] }) => {
    for (const { name, tools: inner } of tools)
      for (const each of inner ?? [{ name: '' }]) offered.add(`${name}${inner ? '__' : ''}${each.name}`);
    const isOurs = ({ type, role }) => type === 'function_call' || role === 'assistant';
    const done = input.filter(isOurs).length;
    heard[done] = input
      .slice(input.findLastIndex(isOurs) + 1)
      .map(textOf)
      .join('\n');
    const results = input.filter(({ type }) => type === 'function_call_output').map(textOf);
    return turns[done]?.(results) ?? 'Nothing is left to do.';
  };
  const { url, close } = await serveEvents(/\/responses(?:\?|$)/, (question) => eventsOf(answer(question)));
  return { url: `${url}/v1`, heard, offered, close };
}

function textOf({ content, output }) {
  const parts = output ?? content ?? '';
  return typeof parts === 'string' ? parts : parts.map(({ text }) => text ?? '').join('\n');
}

let made = 0;

function* eventsOf(turn) {
  const id = `${(made += 1)}`;
  const item =
    typeof turn === 'string'
      ? {
          type: 'message',
          id: `msg_${id}`,
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text: turn, annotations: [] }],
        }
      : {
          type: 'function_call',
          id: `fc_${id}`,
          call_id: `call_${id}`,
          namespace: `mcp__${turn.server}`,
          name: turn.tool,
          arguments: JSON.stringify(turn.input),
          status: 'completed',
        };
  const usage = {
    input_tokens: 10,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 5,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 15,
  };
  yield { type: 'response.created', response: { id: `resp_${id}` } };
  yield { type: 'response.output_item.done', output_index: 0, item };
  yield { type: 'response.completed', response: { id: `resp_${id}`, usage, output: [item] } };
}
