// Ways to servers that take their time: node far-away.mjs '{"ms":…,"servers":["127.0.0.1:8080",…]}'. What is sent arrives so much later, in each direction.
// Says at which ports of 127.0.0.1 they begin.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

const { ms, servers } = JSON.parse(process.argv[2] ?? '');

function passOn(from, to) {
  from.setNoDelay(true);
  from.on('data', (bytes) => setTimeout(() => to.destroyed || to.write(bytes), ms));
  from.on('close', () => setTimeout(() => to.end(), ms));
  from.on('error', () => {});
}

async function wayTo(server) {
  const [host, port] = server.split(':');
  const way = createServer((client) => {
    const there = connect(Number(port), host);
    passOn(client, there);
    passOn(there, client);
  });
  way.listen(0, '127.0.0.1');
  await once(way, 'listening');
  return way.address().port;
}

process.stdout.write(JSON.stringify(await Promise.all(servers.map(wayTo))));
