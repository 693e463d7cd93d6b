import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { describe, expect, onTestFinished, test } from 'vitest';
import { run, start } from '../support/cli.js';
import { temporaryDirectory } from '../support/temporary.js';
import { startReceiver } from './_receiver.js';

/** A production with an episode that has been created, and the id of its webhook. */
async function withWebhook(url: string, ...more: string[]): Promise<{ directory: string; id: string }> {
  const directory = join(temporaryDirectory(), 'production');
  expect((await run(directory, 'create', '--topic', 'Bees')).code).toBe(0);
  const added = await run(directory, 'webhook', 'add', url, '--allow-private', '--json', ...more);
  expect({ code: added.code, stderr: added.stderr }).toEqual({ code: 0, stderr: '' });
  return { directory, id: String(added.json()['id']) };
}

describe('showrunner webhook', () => {
  test('given a sender that is killed before the receiver has answered, when another delivers, then the event comes again with its id', async () => {
    const held: (() => void)[] = [];
    const receiver = await startReceiver((response, number) => {
      if (number === 1) held.push(() => response.end());
      else response.writeHead(204).end();
    });
    const { directory } = await withWebhook(receiver.url, '--from-start');
    const sender = start(directory, ['webhook', 'deliver']);
    await receiver.got(1);
    sender.kill('SIGKILL');
    await sender.ended;
    const again = await run(directory, 'webhook', 'deliver', '--once', '--json');
    expect(again.code).toBe(0);
    expect(again.json()).toMatchObject({ webhooks: [{ delivered: 1, failures: 0 }] });
    const [first, second] = receiver.received.map(({ id, event }) => `${id} ${event.type}`);
    expect(first).toMatch(/^\d+\.0 dev\.showrunner\.episode\.created\.v1$/);
    expect({ second, count: receiver.received.length }).toEqual({ second: first, count: 2 });
  });

  test('given the words of the command, then each is what it says', async () => {
    const receiver = await startReceiver();
    const { directory, id } = await withWebhook(receiver.url, '--types', 'phase.*');
    const listed = await run(directory, 'webhook', 'list');
    expect(listed.stdout).toContain(`${id} ${receiver.url} (phase.*): 0 delivered, nothing left`);
    const delivering = start(directory, ['webhook', 'deliver']);
    await delivering.said('Ctrl-C stops');
    expect((await run(directory, 'phase', '1', 'research', 'active')).code).toBe(0);
    await receiver.got(1);
    delivering.kill('SIGINT');
    expect((await delivering.ended).code).toBe(0);
    const { secret } = (
      JSON.parse(readFileSync(join(directory, 'webhooks.json'), 'utf8')) as {
        endpoints: { secret: string }[];
      }
    ).endpoints[0] ?? { secret: '' };
    const [first] = receiver.received;
    expect(() =>
      new Webhook(secret).verify(first?.body ?? '', first?.headers as Record<string, string>),
    ).not.toThrow();
    expect((await run(directory, 'webhook', 'remove', id)).stdout).toContain(`${id} is removed`);
    expect((await run(directory, 'webhook', 'remove', id)).code).toBe(3);
    expect((await run(directory, 'webhook')).stdout).toContain(
      'There are no webhooks. Add one: showrunner webhook add',
    );
    expect((await run(directory, 'webhook', 'eat')).code).toBe(2);
    expect((await run(directory, 'webhook', 'add', 'http://127.0.0.1:9/')).stderr).toContain(
      '--allow-private',
    );
  });

  test('given a test is asked for, then the receiver gets one signed event, what is delivered stays, and the doctor tells of a receiver that fails or is gone', async () => {
    const status = [204, 503, 503, 410];
    const receiver = await startReceiver((response, number) =>
      response.writeHead(status[number - 1] ?? 204).end(),
    );
    const { directory, id } = await withWebhook(receiver.url, '--from-start');
    const doctor = async (): Promise<string> => (await run(directory, 'doctor')).stdout;
    expect((await run(directory, 'webhook', 'test', id)).stdout).toContain('has received a test event');
    expect(receiver.received.map(({ event }) => [event.type, event.data])).toEqual([
      ['dev.showrunner.webhook.test.v1', { webhook: id, types: ['*'] }],
    ]);
    const failed = await run(directory, 'webhook', 'test', id, '--json');
    expect([failed.code, failed.json()]).toEqual([1, { id, received: false, failure: 'it answered 503' }]);
    expect(await doctor()).not.toContain(id);
    expect((await run(directory, 'webhook', 'deliver', '--once')).code).toBe(1);
    expect(await doctor()).toContain(`webhook ${id} fails (1 attempts): ${receiver.url}: it answered 503`);
    await run(directory, 'webhook', 'deliver', '--once');
    expect(await doctor()).toContain(`showrunner webhook remove ${id}`);
    expect((await run(directory, 'webhook', 'test', 'hook_000000')).code).toBe(3);
    expect(receiver.received).toHaveLength(4);
  });

  test('given a studio, then it delivers while it runs', async () => {
    const receiver = await startReceiver();
    const { directory } = await withWebhook(receiver.url, '--types', 'phase.started');
    const studio = start(directory, ['studio', '--port', '0']);
    onTestFinished(() => studio.kill('SIGKILL'));
    await studio.said('Ctrl-C stops the studio');
    expect((await run(directory, 'phase', '1', 'research', 'active')).code).toBe(0);
    await receiver.got(1);
    studio.kill('SIGINT');
    expect((await studio.ended).code).toBe(0);
  });

  test('given a receiver that is down, then one round says so and ends with 1, and nothing is lost', async () => {
    const receiver = await startReceiver((response, number) =>
      response.writeHead(number === 1 ? 500 : 204).end(),
    );
    const { directory } = await withWebhook(receiver.url, '--from-start');
    const failed = await run(directory, 'webhook', 'deliver', '--once');
    expect({ code: failed.code, text: failed.stdout }).toMatchObject({
      code: 1,
      text: expect.stringContaining('failing (1 attempts): it answered 500') as string,
    });
    expect((await run(directory, 'webhook', 'deliver', '--once')).stdout).toContain(
      '1 delivered, nothing left',
    );
  });
});
