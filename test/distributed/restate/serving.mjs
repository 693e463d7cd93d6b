// Serves the log in a process of its own, at a port that is given or any free one, and says at which.
import { serveRestate } from '../../../dist/src/restate/index.js';

const { port } = await serveRestate({ port: Number(process.argv[2] ?? 0) });
process.stdout.write(String(port));
