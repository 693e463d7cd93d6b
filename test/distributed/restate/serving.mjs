// Serves the log in a process of its own, and says at which port.
import { serveRestate } from '../../../dist/src/restate/index.js';

const { port } = await serveRestate({ port: 0 });
process.stdout.write(String(port));
