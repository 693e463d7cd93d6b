// A model that says what a script tells it, as the Messages API streams it, on loopback.
import { serveEvents } from './event-stream.mjs';

/**
 * Each turn of the script is a call of a tool, or a text; it gets the results of the calls before it.
 * @param {((results: string[]) => { tool: string, input: object } | string)[]} turns
 * @param {{ prompt: string, answer: string }} [errand] What a subagent is asked, and answers without a turn of the script.
 */
export async function serveModel(turns, errand) {
  /** What the host said last, for each turn of the script. */
  const heard = [];
  /** The tools that the host offered. */
  const offered = new Set();
  const answer = (request) => {
    // A host also asks for titles and the like: without tools, and those take no turn.
    if (!request.tools?.length) return 'A session';
    for (const { name } of request.tools) offered.add(name);
    const messages = request.messages ?? [];
    if (errand && textOf(messages[0]).includes(errand.prompt)) return errand.answer;
    const done = messages.filter(({ role }) => role === 'assistant').length;
    const last = messages.findLastIndex(({ role }) => role === 'assistant');
    heard[done] = messages
      .slice(last + 1)
      .map(textOf)
      .join('\n');
    return turns[done]?.(messages.flatMap(resultsOf)) ?? 'Nothing is left to do.';
  };
  const { url, close } = await serveEvents(/\/v1\/messages(?:\?|$)/, (question) =>
    eventsOf(answer(question)),
  );
  return { url, heard, offered, close };
}

function contentOf({ content }) {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}

function resultsOf(message) {
  return contentOf(message)
    .filter(({ type }) => type === 'tool_result')
    .map(({ content }) => textOf({ content: content ?? '' }));
}

function textOf(message) {
  return contentOf(message)
    .map((part) => part.text ?? (part.content === undefined ? '' : textOf(part)))
    .join('\n');
}

let made = 0;

function* eventsOf(turn) {
  const id = `${(made += 1)}`;
  const isText = typeof turn === 'string';
  yield {
    type: 'message_start',
    message: {
      id: `msg_${id}`,
      type: 'message',
      role: 'assistant',
      model: 'claude-sonnet-4-5',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 10, output_tokens: 1 },
    },
  };
  yield {
    type: 'content_block_start',
    index: 0,
    content_block: isText
      ? { type: 'text', text: '' }
      : { type: 'tool_use', id: `toolu_${id}`, name: turn.tool, input: {} },
  };
  yield {
    type: 'content_block_delta',
    index: 0,
    delta: isText
      ? { type: 'text_delta', text: turn }
      : { type: 'input_json_delta', partial_json: JSON.stringify(turn.input) },
  };
  yield { type: 'content_block_stop', index: 0 };
  yield {
    type: 'message_delta',
    delta: { stop_reason: isText ? 'end_turn' : 'tool_use', stop_sequence: null },
    usage: { output_tokens: 5 },
  };
  yield { type: 'message_stop' };
}
