import { meteredFetch } from 'showrunner/crew/studio';
import { cost, maxCost } from './prices.mjs';

export async function research({ topic, operation, options }) {
  const fetch = meteredFetch({ operation, name: 'research', maxCost, cost });
  const ask = async (content) => {
    const headers = {
      authorization: `Bearer ${process.env.OPENAI_API_KEY}`,
      'content-type': 'application/json',
    };
    const body = JSON.stringify({ model: 'gpt-5.2', messages: [{ role: 'user', content }] });
    const response = await fetch(`${options.url}/chat/completions`, { method: 'POST', headers, body });
    return (await response.json()).choices[0].message.content;
  };
  const notes = await ask(`What is known of ${topic}?`);
  return { topic, notes, doubts: await ask(`What of this is doubtful? ${notes}`) };
}
