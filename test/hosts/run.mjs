// Runs agents' hosts themselves, offline, each against a model on loopback that follows a script: what `connect` writes starts the server, and
// the hooks reserve, settle and deny. Installs them from the package registry into a temporary folder, where nothing else of them stays.
import { claudeCode } from './claude.mjs';
import { codex } from './codex.mjs';
import { end } from './job.mjs';

try {
  await codex();
  await claudeCode();
} finally {
  end();
}
