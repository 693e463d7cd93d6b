import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
import { ChatOpenAI } from '@langchain/openai';
import { meteredFetch } from 'showrunner/crew/studio';
import { cost, maxCost } from './prices.mjs';

const State = Annotation.Root({ topic: Annotation, notes: Annotation, doubts: Annotation });

export async function research({ topic, operation, options }) {
  const fetch = meteredFetch({ operation, name: 'research', maxCost, cost });
  const model = new ChatOpenAI({
    model: 'gpt-5.2',
    maxRetries: 0,
    configuration: { baseURL: options.url, fetch },
  });
  const ask = async (words) => (await model.invoke(words)).content;
  const graph = new StateGraph(State)
    .addNode('find', async ({ topic: of }) => ({ notes: await ask(`What is known of ${String(of)}?`) }))
    .addNode('doubt', async ({ notes }) => ({
      doubts: await ask(`What of this is doubtful? ${String(notes)}`),
    }))
    .addEdge(START, 'find')
    .addEdge('find', 'doubt')
    .addEdge('doubt', END)
    .compile();
  return graph.invoke({ topic });
}
