import { createOpenAI } from '@ai-sdk/openai';
import { Agent } from '@mastra/core/agent';
import { meteredFetch } from 'showrunner/crew/studio';
import { cost, maxCost } from './prices.mjs';

export async function research({ topic, operation, options }) {
  const fetch = meteredFetch({ operation, name: 'research', maxCost, cost });
  const model = createOpenAI({ baseURL: options.url, fetch }).chat('gpt-5.2');
  const of = (id, instructions) => new Agent({ id, name: id, instructions, model, maxRetries: 0 });
  const { text: notes } = await of('finder', 'You say what is known.').generate(topic);
  const { text: doubts } = await of('doubter', 'You say what is doubtful.').generate(notes);
  return { topic, notes, doubts };
}
