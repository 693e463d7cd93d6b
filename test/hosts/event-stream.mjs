// What both models of a script have in common: a server on loopback that streams its answer to each question as events.
import { createServer } from 'node:http';

/** @param {RegExp} path @param {(question: any) => Iterable<{ type: string }>} eventsOf */
export async function serveEvents(path, eventsOf) {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request.setEncoding('utf8')) body += part;
    if (process.env.SHOWRUNNER_HOSTS_TOLD) console.log(request.method, request.url, body.slice(0, 300));
    if (request.method !== 'POST' || !path.test(request.url ?? '')) {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of eventsOf(JSON.parse(body)))
      response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    response.end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, close };
}
