import { join } from 'node:path';
import { createWebSocketInspector } from '@statelyai/inspect';
import { createActor, createMachine } from 'xstate';
import { WebSocket } from 'ws';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { temporaryDirectory } from '../support/temporary.js';
import { findings } from './accessible.js';
import { studioFor } from './studio-for.js';
import { closeBrowser, open } from './watched-page.js';

afterAll(closeBrowser);

/** Of nobody's making here: nested, parallel, with a final state and guards. */
const player = createMachine({
  id: 'player',
  type: 'parallel',
  context: { volume: 3, title: '<img src=x onerror=alert(1)>' },
  states: {
    transport: {
      initial: 'stopped',
      states: {
        stopped: { on: { play: 'playing' } },
        playing: { on: { pause: 'stopped', finish: { target: 'over' } } },
        over: { type: 'final' },
      },
    },
    sound: {
      initial: 'loud',
      states: { loud: { on: { mute: 'silent' } }, silent: { on: { unmute: 'loud' } } },
    },
  },
});

/** An address for one connection, as an embedder who knows the link may ask for it. */
async function socketOf({ link, origin }: { link: string; origin: string }): Promise<string> {
  const token = new URL(link).hash.slice('#token='.length);
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${origin}/inspect/ticket`, { method: 'POST', headers });
  const { ticket } = (await answer.json()) as { ticket: string };
  return `ws://${new URL(origin).host}/inspect?ticket=${ticket}`;
}

describe("embedders' own actors", () => {
  test('given an inspector that connects, then the page shows the machine, and each event moves what is lit, without the internet', async () => {
    const studio = await studioFor(join(temporaryDirectory(), 'production'));
    const { page } = await open(studio.link);
    await page.getByRole('link', { name: 'Actors' }).click();
    await page.getByText('No actor has been told of').waitFor();
    const { inspect, stop } = createWebSocketInspector({
      url: await socketOf(studio),
    });
    onTestFinished(() => stop?.());
    const actor = createActor(player, { inspect }).start();
    onTestFinished(() => void actor.stop());
    await page.getByText('player', { exact: false }).first().waitFor();
    await page.locator('[data-actor]').first().click();
    const lit = (name: string): Promise<string | null> =>
      page.locator(`[data-state="${name}"]`).getAttribute('data-lit');
    await expect.poll(() => lit('stopped')).toBe('true');
    expect([await lit('playing'), await lit('loud'), await lit('silent')]).toEqual([
      'false',
      'true',
      'false',
    ]);
    actor.send({ type: 'play' });
    await expect.poll(() => lit('playing')).toBe('true');
    actor.send({ type: 'mute' });
    await expect.poll(() => lit('silent')).toBe('true');
    expect(await lit('stopped')).toBe('false');
    await expect.poll(() => page.locator('.actor-log').innerText()).toMatch(/mute[^]*play/);
    expect(await page.locator('pre').innerText()).toContain('<img src=x');
    expect(await findings(page, 'an actor')).toEqual([]);
    await page.getByRole('link', { name: 'Actors' }).first().click();
    await page.locator('[data-actor]').first().waitFor();
    expect(await findings(page, 'the actors')).toEqual([]);
  });

  test('given what is no message, a huge machine and a foreign page, then the studio goes on, and says why there is no chart', async () => {
    const studio = await studioFor(join(temporaryDirectory(), 'production'));
    const token = new URLSearchParams(new URL(studio.link).hash.slice(1)).get('token') ?? '';
    const url = await socketOf(studio);
    const refused = (address: string, headers = {}): Promise<string> =>
      new Promise((resolve) => {
        const socket = new WebSocket(address, { headers });
        socket.on('open', () => resolve('welcome'));
        socket.on('error', (error) => resolve(error.message));
      });
    expect(await refused(`${url}x`)).toContain('401');
    expect(url).not.toContain(token);
    expect(await refused(url.replace(/ticket=.*/, `ticket=${token}`))).toContain('401');
    expect(await refused(url, { origin: 'http://evil.example' })).toContain('403');
    expect(await refused(url, { host: 'evil.example' })).toContain('421');
    expect(await refused(url.replace('/inspect', '/else'))).toContain('404');
    const socket = new WebSocket(await socketOf(studio));
    await new Promise((resolve) => void socket.on('open', resolve));
    onTestFinished(() => socket.terminate());
    const states = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`s${index}`, {}]));
    let deep: object = {};
    for (let depth = 0; depth < 500; depth += 1) deep = { states: { a: deep } };
    const told = (sessionId: string, more: object): string =>
      JSON.stringify({
        type: '@xstate.actor',
        sessionId,
        name: sessionId,
        createdAt: '0',
        id: null,
        _version: '0.7.2',
        ...more,
      });
    for (const text of [
      '{',
      '[]',
      'null',
      '{"type":"@xstate.event","sessionId":"x"}',
      '{"__proto__":{"type":"@xstate.actor"}}',
      told('huge', { definition: JSON.stringify({ states }) }),
      told('deep', { definition: JSON.stringify(deep) }),
      told('broken', { definition: '{' }),
      told('__proto__', { definition: '{"states":{"__proto__":{}}}', snapshot: { value: '__proto__' } }),
    ])
      socket.send(text);
    const { page } = await open(studio.link);
    await page.evaluate(() => {
      location.hash = '#/actors';
    });
    for (const name of ['huge', 'deep']) {
      await page.locator(`[data-actor="${name}"]`).click();
      await page.getByText('its chart is not drawn').waitFor();
      await page.getByRole('link', { name: 'Actors' }).first().click();
    }
    await page.locator('[data-actor="broken"]').click();
    await page.getByText('is not JSON').waitFor();
  });
});
