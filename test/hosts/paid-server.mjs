// A foreign server with one paid tool: each call is a line of the file that it is given, and costs 15 cents, or fails with what was asked.
import { appendFileSync } from 'node:fs';
import { McpServer } from '@modelcontextprotocol/server';
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';

const server = new McpServer({ name: 'perplexity', version: '1.0.0' });
server.registerTool(
  'ask',
  { description: 'Asks the web.', inputSchema: z.object({ question: z.string() }) },
  ({ question }) => {
    appendFileSync(process.argv[2], `${question}\n`);
    if (question.startsWith('Error: ')) throw new Error(question.slice(7));
    return { content: [{ type: 'text', text: JSON.stringify({ answer: 'They dance.', cost: 0.15 }) }] };
  },
);
await server.connect(new StdioServerTransport());
