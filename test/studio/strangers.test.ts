import { lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { beforeAll, afterAll, describe, expect, test } from 'vitest';
import { run } from '../support/cli.js';
import { makeTemporaryDirectory } from '../support/temporary.js';
import { startStudio, type StudioProcess } from './studio-process.js';

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

const { directory: parent, remove } = makeTemporaryDirectory();
const directory = join(parent, 'production');
let studio: StudioProcess;
let token: string;
let id: string;

/** With exactly these headers: fetch would set some of its own. */
function ask(
  path: string,
  {
    method = 'GET',
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port: studio.port,
        path,
        method,
        headers: {
          ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
          ...headers,
        },
      },
      (response) => {
        let text = '';
        response
          .setEncoding('latin1')
          .on('data', (part: string) => (text += part))
          .on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
          );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

const bearer = (): Record<string, string> => ({ authorization: `Bearer ${token}` });

async function events(): Promise<number> {
  return ((await run(directory, 'history', id, '--json')).json() as { events: unknown[] }).events.length;
}

beforeAll(async () => {
  id = (await run(directory, 'create', '--topic', 'Why bees dance')).stdout.trim();
  const research = join(directory, id, 'research');
  writeFileSync(join(research, 'notes.html'), '<script>alert(1)</script>');
  writeFileSync(
    join(research, 'sound.mp3'),
    Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 256)),
  );
  writeFileSync(join(research, 'final cut.txt'), 'made by hand');
  writeFileSync(join(research, '.hidden'), 'hidden');
  writeFileSync(join(parent, 'secret.txt'), 'classified');
  symlinkSync(join(parent, 'secret.txt'), join(research, 'link.txt'));
  mkdirSync(join(research, 'folder'));
  studio = await startStudio(directory);
  token = new URL(studio.link).hash.slice('#token='.length);
});

afterAll(async () => {
  await studio.kill();
  remove();
});

describe('the studio and strangers', () => {
  test('given no token, a wrong one, or one in another place, then nothing is told', async () => {
    for (const headers of [
      {},
      { authorization: 'Bearer wrong' },
      { authorization: token },
      { cookie: `token=${token}` },
    ] as Record<string, string>[]) {
      for (const path of [
        '/api/episodes',
        '/api/events',
        `/api/episodes/${id}`,
        '/api/chart',
        '/metrics',
        `/api/episodes?token=${token}`,
      ]) {
        const { status, body } = await ask(path, { headers });
        expect([path, status]).toEqual([path, 401]);
        expect(body).not.toContain(id);
        expect(body).not.toContain(token);
      }
    }
  });

  test('given a ticket, then it opens the one file that it is for, for a while, and nothing else', async () => {
    const file = `/api/episodes/${id}/files/research/sound.mp3`;
    expect((await ask(`${file}/address`)).status).toBe(401);
    const { url } = JSON.parse((await ask(`${file}/address`, { headers: bearer() })).body) as { url: string };
    const ticket = new URL(url, 'http://localhost').searchParams.get('ticket') ?? '';
    const part = await ask(url, { headers: { range: 'bytes=10-19' } });
    expect({ status: part.status, length: part.body.length }).toEqual({ status: 206, length: 10 });
    const { untilMs, rest } = /^(?<untilMs>\d+)(?<rest>.+)$/.exec(ticket)?.groups ?? {};
    expect(Number(untilMs)).toBeGreaterThan(Date.now());
    for (const [path, method] of [
      [`${file}?ticket=${Number(untilMs) + 1}${rest}`, 'GET'],
      [`${file}?ticket=1${rest}`, 'GET'],
      [`${file}?ticket=${ticket}x`, 'GET'],
      [`${file}?ticket=`, 'GET'],
      [`${file}/address?ticket=${ticket}`, 'GET'],
      [`/api/episodes/${id}/files/research/notes.html?ticket=${ticket}`, 'GET'],
      [`/api/episodes/${id}?ticket=${ticket}`, 'GET'],
      [`/api/episodes/${id}/actions?ticket=${ticket}`, 'POST'],
      [`/metrics?ticket=${ticket}`, 'GET'],
    ] as const)
      expect([path, (await ask(path, { method })).status]).toEqual([path, 401]);
    expect((await ask(url, { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
    expect(url).not.toContain(token);
  });

  test('given a name that another site lets resolve to this machine, then it is refused, with and without the token', async () => {
    for (const host of [
      'evil.example',
      `evil.example:${studio.port}`,
      '127.0.0.1',
      `127.0.0.1.evil.example:${studio.port}`,
      `[::1]:${studio.port}`,
    ]) {
      for (const path of ['/', '/api/episodes'])
        expect([host, path, (await ask(path, { headers: { ...bearer(), host } })).status]).toEqual([
          host,
          path,
          421,
        ]);
    }
    expect((await ask('/api/episodes', { headers: bearer() })).status).toBe(200);
  });

  test('given a request that another site makes, then it is refused and changes nothing', async () => {
    const before = await events();
    const body = JSON.stringify({ action: 'cancel', reason: 'evil' });
    const path = `/api/episodes/${id}/actions`;
    const json = { ...bearer(), 'content-type': 'application/json' };
    for (const headers of [
      { ...json, origin: 'https://evil.example' },
      { ...json, origin: 'null' },
      { ...json, 'sec-fetch-site': 'cross-site' },
      { ...json, 'sec-fetch-site': 'same-site' },
    ]) {
      expect((await ask(path, { method: 'POST', headers, body })).status).toBe(403);
    }
    expect(
      (await ask(path, { method: 'POST', headers: { ...bearer(), 'content-type': 'text/plain' }, body }))
        .status,
    ).toBe(415);
    expect(
      (
        await ask(path, {
          method: 'POST',
          headers: { ...bearer(), 'content-type': 'application/x-www-form-urlencoded' },
          body,
        })
      ).status,
    ).toBe(415);
    expect(
      (await ask(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).status,
    ).toBe(401);
    expect(
      (
        await ask(path, {
          method: 'POST',
          headers: json,
          body: JSON.stringify({ action: 'cancel', reason: 'x'.repeat(20_000) }),
        })
      ).status,
    ).toBe(413);
    for (const wrong of [
      '',
      '{',
      '[]',
      'null',
      '{"action":"drop"}',
      '{"action":"cancel"}',
      '{"action":"cancel","reason":"x","extra":1}',
      '{"action":"raiseBudget","scope":"week","amount":"1","reason":"x"}',
    ]) {
      const answer = await ask(path, { method: 'POST', headers: json, body: wrong });
      expect([wrong, answer.status]).toEqual([wrong, 400]);
      expect(JSON.parse(answer.body)).toMatchObject({ error: { code: 'invalid_input', remedy: 'caller' } });
    }
    expect(await events()).toBe(before);
  });

  test('given tricks with an artifact’s path, then only files of a phase are served, and none as a page', async () => {
    const base = `/api/episodes/${id}/files`;
    for (const path of [
      `${base}/research/..%2f..%2f..%2fsecret.txt`,
      `${base}/research/../../../secret.txt`,
      `${base}/research/%2e%2e/session.json`,
      `${base}/research/.hidden`,
      `${base}/research/link.txt`,
      `${base}/research/folder`,
      `${base}/research/checkpoint.json`,
      `${base}/..%2f..%2fjournal/00000000000000000000.ndjson`,
      `${base}/checkpoints/x`,
      `${base}/research/%2fetc%2fpasswd`,
      `${base}/research/a%00b`,
      `/api/episodes/..%2f..%2f/files/research/notes.html`,
      `/api/episodes/ep_999_20260101_000000/files/research/notes.html`,
      `/../../../../etc/passwd`,
      `/..%2f..%2fpackage.json`,
      `/assets/..%2f..%2f..%2fpackage.json`,
    ]) {
      const { status, body } = await ask(path, { headers: bearer() });
      expect([path, status >= 400 && status < 500]).toEqual([path, true]);
      expect(body).not.toContain('classified');
    }
    expect(await ask(`${base}/research/final%20cut.txt`, { headers: bearer() })).toMatchObject({
      status: 200,
      body: 'made by hand',
    });
    expect((await ask(`/api/episodes/${id}`, { headers: bearer() })).body).toContain('final cut.txt');
    const html = await ask(`${base}/research/notes.html`, { headers: bearer() });
    expect(html).toMatchObject({
      status: 200,
      body: '<script>alert(1)</script>',
      headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
    });
    expect(html.headers['content-security-policy']).toMatch(/default-src 'none'.*; sandbox;/);
    expect((await ask('/')).headers['content-security-policy']).toMatch(
      /require-trusted-types-for 'script'; trusted-types 'none'/,
    );
  });

  test('given a player asks for parts of a sound, then it gets them', async () => {
    const path = `/api/episodes/${id}/files/research/sound.mp3`;
    const part = (range: string) => ask(path, { headers: { ...bearer(), range } });
    expect((await ask(path, { headers: bearer() })).headers).toMatchObject({
      'content-type': 'audio/mpeg',
      'content-length': '1000',
      'accept-ranges': 'bytes',
    });
    expect(await part('bytes=0-1')).toMatchObject({
      status: 206,
      body: '\u0000\u0001',
      headers: { 'content-range': 'bytes 0-1/1000' },
    });
    expect(await part('bytes=998-')).toMatchObject({
      status: 206,
      headers: { 'content-range': 'bytes 998-999/1000' },
    });
    expect(await part('bytes=-3')).toMatchObject({
      status: 206,
      headers: { 'content-range': 'bytes 997-999/1000' },
    });
    expect(await part('bytes=10-99999')).toMatchObject({
      status: 206,
      headers: { 'content-range': 'bytes 10-999/1000' },
    });
    for (const range of ['bytes=1000-', 'bytes=5-4', 'bytes=-0', 'lines=1-2', 'bytes=0-1,3-4'])
      expect([range, (await part(range)).status]).toEqual([range, 416]);
  });

  test('given a studio was started, then its token lies in a file of its owner only, and is said nowhere but in the link', async () => {
    const path = join(directory, '.studio-token');
    expect(lstatSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'utf8').trim()).toBe(token);
    for (const route of ['/', '/api/production', '/api/episodes', `/api/episodes/${id}`]) {
      const { body, headers } = await ask(route, { headers: bearer() });
      expect(body + JSON.stringify(headers)).not.toContain(token);
    }
    expect((await ask('/')).headers['set-cookie']).toBeUndefined();
  });
});
