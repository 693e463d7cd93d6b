import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RestateLog, serveRestate, type Served } from '../../../src/restate/index.js';
import { logContract } from '../../support/log-contract.js';
import { startCluster, type Cluster } from './cluster.js';

/** Small, so that the contract's hundred thousand commits go through several parts. */
const partBytes = 256 * 1024;

describe.each([1, 3] as const)('Restate on %i node(s)', (size) => {
  let cluster: Cluster;
  let worker: Served;
  beforeAll(async () => {
    [cluster, worker] = await Promise.all([startCluster(size), serveRestate({ port: 0, partBytes })]);
    await cluster.register(worker.port);
  });
  afterAll(async () => {
    await worker.close();
    cluster.stop();
  });

  logContract(`Restate, ${String(size)} node(s)`, async () => {
    const production = randomUUID();
    return {
      connect: async () => new RestateLog({ addresses: cluster.ingress, production }),
      kill: async (client) => await client.close(),
      end: async () => undefined,
    };
  });

  test('many small appends come back in their order, through blocks and parts, from any place', async () => {
    const production = randomUUID();
    const writer = new RestateLog({ addresses: cluster.ingress, production });
    const line = (index: number): Buffer => Buffer.from(`${String(index).padStart(3_000, '.')}\n`);
    let position = 0;
    for (let index = 0; index < 150; index += 1) {
      expect((await writer.append(position, line(index), String(index))).landed).toBe(true);
      position += line(index).length;
    }
    const whole = Buffer.concat(Array.from({ length: 150 }, (_, index) => line(index)));
    const reader = new RestateLog({ addresses: cluster.ingress, production });
    expect(await reader.end()).toMatchObject({ end: whole.length });
    for (const from of [0, 1, 65_000, 262_143, 262_144, 300_000, whole.length - 1]) {
      let read = Buffer.alloc(0);
      for (;;) {
        const page = await reader.read(from + read.length, 50_000);
        if (page.length === 0) break;
        read = Buffer.concat([read, page]);
      }
      expect(read.equals(whole.subarray(from))).toBe(true);
    }
    // The first append, long since in another part, is still known by its key.
    expect((await reader.append(0, line(0), '0')).landed).toBe(true);
  });

  test('given the chart’s next version has written, then the last one’s client is refused, and reads on', async () => {
    const production = randomUUID();
    const client = (version: number, hash: string): RestateLog =>
      new RestateLog({ addresses: cluster.ingress, production, chart: { version, hash } });
    const bytes = Buffer.from('one\n');
    expect((await client(7, 'last').append(0, bytes, 'a')).landed).toBe(true);
    expect((await client(8, 'next').append(4, bytes, 'b')).landed).toBe(true);
    await expect(client(7, 'last').append(8, bytes, 'c')).rejects.toMatchObject({
      code: 'production_upgraded',
    });
    await expect(client(8, 'other').append(8, bytes, 'd')).rejects.toMatchObject({
      code: 'production_upgraded',
    });
    expect((await client(8, 'next').append(8, bytes, 'e')).landed).toBe(true);
    expect(Buffer.from(await client(7, 'last').read(0)).toString()).toBe('one\none\none\n');
  });
});
