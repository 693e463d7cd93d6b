// Our server and a client of it, each in either Node that is served, over both transports and in both protocols.
import { join } from 'node:path';
import { check, freshFolder, install, main, root, run } from './job.mjs';

/** The other one of the two that the package is for; its platform's package has nothing to run at install. */
const other = process.version.startsWith('v24.') ? '20.20.2' : '24.21.0';

export async function nodes() {
  const name = `node-${process.platform}-${process.arch}`;
  const modules = await install(`Node ${other}`, `${name}@${other}`);
  if (!modules) return;
  const another = join(modules, name, 'bin/node');
  const pairs = [
    [another, another],
    [another, process.execPath],
    [process.execPath, another],
  ];
  for (const [client, server] of pairs)
    for (const way of ['stdio', 'http'])
      for (const era of ['old', 'new']) {
        const which = (node) => (node === another ? other : process.version.slice(1));
        await check(
          `a client in Node ${which(client)}, a server in ${which(server)}, over ${way}, ${era} protocol: paid once`,
          async () => {
            const session = join(root, 'test/hosts/mcp-session.mjs');
            const { stdout } = await run(client, [session, server, main, way, era, freshFolder()]);
            const { node, tools, spent, printed } = JSON.parse(stdout);
            const holds = node === `v${which(client)}` && tools > 10 && spent === '0.15' && printed === '';
            return holds || stdout;
          },
        );
      }
}
