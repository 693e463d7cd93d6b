// Runs agents' hosts themselves, and clients in either Node, offline, each against a model on loopback that follows a script: what `connect` writes starts the server, and
// the hooks reserve, settle and deny. Installs them from the package registry into a temporary folder, where nothing else of them stays.
import { claudeCode } from './claude.mjs';
import { codex } from './codex.mjs';
import { end } from './job.mjs';
import { nodes } from './nodes.mjs';

try {
  await codex();
  await claudeCode();
  await nodes();
} finally {
  end();
}
