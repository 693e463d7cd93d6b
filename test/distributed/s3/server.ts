import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../support/free-port.js';

const here = fileURLToPath(new URL('.', import.meta.url));
export const bucket = 'episodes';
export const keys = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER', region: 'us-east-1' };

/** An S3 server of a test's own. */
export interface S3Server {
  endpoint: string;
  /** Where it keeps its files. */
  folder: string;
  stop: () => void;
}

/**
 * Starts a server on loopback, which is another program; installed here, from this folder's lock file. It knows whose key a request is signed with and does
 * not compare the signature itself (s3rver 3.7.1, signatures of version 4), nor a body's hash: that is the signer's library and Amazon's part.
 */
export async function startS3(): Promise<S3Server> {
  const program = join(here, 'node_modules/s3rver/bin/s3rver.js');
  if (!existsSync(program)) execFileSync('npm', ['ci', '--ignore-scripts'], { cwd: here, stdio: 'ignore' });
  const folder = mkdtempSync(join(tmpdir(), 'showrunner-s3-'));
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const options = ['--address', '127.0.0.1', '--port', String(port), '--configure-bucket', bucket];
  const server = spawn(process.execPath, [program, '-d', folder, '--silent', ...options], {
    stdio: 'ignore',
  });
  const stop = (): void => {
    server.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  for (let tries = 0; tries < 200; tries += 1) {
    const answers = await fetch(endpoint).then(
      () => true,
      () => false,
    );
    if (answers) return { endpoint, folder, stop };
    await wait(50);
  }
  stop();
  throw new Error('the S3 server does not answer');
}
