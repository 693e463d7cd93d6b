import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { run } from '../support/cli.js';
import { temporaryDirectory } from '../support/temporary.js';
import { launchChromium } from '../studio/chromium.js';
import { sent, served } from './served.js';

const minuteMs = 60_000;
const rounds = 10;

/** What any page may try against a port of this machine: every kind of request that a browser makes without asking, begun and broken off over and over. */
const attack = (port: number): string => `<!doctype html><iframe name="hole"></iframe><script>
const places = ['127.0.0.1:${port}', 'localhost:${port}'];
const paths = ['/', '//', '/inspect', '/inspect?token=x', '/api/production', '/api/events', '/api/episodes', '/%00', '/..%2f'];
window.tried = 0; window.read = [];
const any = (list) => list[Math.floor(Math.random() * list.length)];
const tries = [
  (at) => { const s = new WebSocket('ws://' + at); s.onopen = () => window.read.push('socket ' + at); setTimeout(() => s.close(), Math.random() * 30); },
  (at) => { const stop = new AbortController(); fetch('http://' + at, { signal: stop.signal }).then((r) => r.text()).then((t) => window.read.push('fetch ' + at + t.slice(0, 40))).catch(() => {}); setTimeout(() => stop.abort(), Math.random() * 30); },
  (at) => void fetch('http://' + at, { method: 'POST', mode: 'no-cors', body: '{"action":"cancel"}', headers: { 'content-type': 'text/plain' } }).catch(() => {}),
  (at) => void fetch('http://' + at, { method: 'DELETE', headers: { authorization: 'Bearer x' } }).catch(() => {}),
  (at) => { const s = new EventSource('http://' + at); setTimeout(() => s.close(), Math.random() * 50); },
  (at) => { new Image().src = 'http://' + at + '?' + Math.random(); },
  (at) => void navigator.sendBeacon('http://' + at, new Blob(['{"action":"cancel"}'], { type: 'text/plain' })),
  (at) => { const f = document.createElement('form'); f.action = 'http://' + at; f.method = 'POST'; f.target = 'hole'; f.enctype = 'text/plain'; document.body.append(f); f.submit(); f.remove(); },
  (at) => { const s = document.createElement('script'); s.src = 'http://' + at; document.head.append(s); s.remove(); },
];
setInterval(() => { for (let i = 0; i < 2; i += 1) { try { any(tries)(any(places) + any(paths)); window.tried += 1; } catch { } } }, 40);
</script>`;

test('given a hostile page of another origin beside the open studio for a minute, then the studio goes on, and the page has read nothing and changed nothing', async () => {
  const directory = temporaryDirectory();
  await run(directory, 'create', '--topic', 'Why bees dance');
  const studio = await served('studio', directory);
  const evil = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(attack(studio.port));
  });
  await new Promise<void>((resolve) => void evil.listen(0, '127.0.0.1', resolve));
  const browser = await launchChromium();
  try {
    const beside = await browser.newPage();
    await beside.goto(`http://127.0.0.1:${studio.port}/#token=${studio.token}`);
    await beside.getByText('Why bees dance').first().waitFor();
    const address = `http://127.0.0.1:${(evil.address() as AddressInfo).port}/`;
    let tried = 0;
    // Anew a few times: a page that floods its own browser is ended by it.
    for (let round = 0; round < rounds; round += 1) {
      const hostile = await browser.newPage();
      await hostile.goto(address);
      await sleep(minuteMs / rounds);
      expect(await hostile.evaluate('window.read')).toEqual([]);
      tried += await hostile.evaluate<number>('window.tried');
      await hostile.close();
    }
    expect(tried).toBeGreaterThan(200);
    expect(studio.hasEnded()).toBe(false);
    expect(await beside.getByText('Why bees dance').first().isVisible()).toBe(true);
    const shown = await sent(
      studio,
      `GET /api/episodes HTTP/1.1\r\nHost: 127.0.0.1:${studio.port}\r\nAuthorization: Bearer ${studio.token}\r\nConnection: close\r\n\r\n`,
      { waitMs: 10_000 },
    );
    expect(shown).toContain('200 OK');
    expect(shown).toContain('"status":"initialized"');
  } finally {
    await browser.close();
    evil.close();
    await studio.kill();
  }
}, 180_000);
