import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { RestateLog, serveRestate } from '../../../src/restate/index.js';
import { temporaryDirectory } from '../../support/temporary.js';
import { startCluster, type Cluster } from './cluster.js';

/** A public key as Restate's server prints it. */
function base58(bytes: Uint8Array): string {
  const letters = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
  let number = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  let text = '';
  for (; number > 0n; number /= 58n) text = `${letters[Number(number % 58n)]}${text}`;
  return text;
}

function register({ nodes }: Cluster, port: number): Promise<Response> {
  return fetch(`${nodes[0]?.admin ?? ''}/deployments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ uri: `http://127.0.0.1:${String(port)}`, force: true }),
    signal: AbortSignal.timeout(30_000),
  });
}

test('given a worker that asks for signed requests, then the cluster with the key is served, and one without is refused', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const file = join(temporaryDirectory(), 'key.pem');
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  const [own, foreign, served] = await Promise.all([
    startCluster(1, { settings: { RESTATE_REQUEST_IDENTITY_PRIVATE_KEY_PEM_FILE: file } }),
    startCluster(1),
    serveRestate({ port: 0, identityKeys: [`publickeyv1_${base58(raw)}`] }),
  ]);
  onTestFinished(async () => {
    await served.close();
    own.stop();
    foreign.stop();
  });
  await own.register(served.port);
  const log = new RestateLog({ addresses: own.ingress, production: 'signed' });
  onTestFinished(() => log.close());
  expect(await log.append(0, Buffer.from('signed\n'), randomUUID())).toMatchObject({ landed: true });
  const refused = await register(foreign, served.port);
  expect(refused.ok).toBe(false);
  expect(await refused.text()).toMatch(/401|[Uu]nauthorized/);
});
