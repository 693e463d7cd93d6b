import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { episodeEventTypes, episodeMachine } from '../../machines/index.js';
import { chartView, drawSvg } from '../../src/draw/index.js';
import { run } from '../support/cli.js';
import { temporaryDirectory } from '../support/temporary.js';

const picture = fileURLToPath(new URL('../../docs/images/statechart.svg', import.meta.url));

async function reviewed(): Promise<{ directory: string; id: string }> {
  const directory = join(temporaryDirectory(), 'production');
  const id = (await run(directory, 'create', '--topic', 'Bees & <birds>')).stdout.trim();
  await run(directory, 'phase', id, 'research', 'active');
  await run(directory, 'cost', id, 'research', 'perplexity_query', '0.35');
  await run(directory, 'reserve', id, 'research', 'perplexity_query', '0.50', '--key', 'q1');
  return { directory, id };
}

describe('drawings of the chart', () => {
  test('given the chart has changed, then the picture in the docs is drawn anew by UPDATE_DOCS=1, and is stale until then', async () => {
    const drawn = drawSvg(await chartView());
    if (process.env['UPDATE_DOCS']) {
      mkdirSync(join(picture, '..'), { recursive: true });
      writeFileSync(picture, drawn);
    }
    expect(
      readFileSync(picture, 'utf8') === drawn,
      'docs/images/statechart.svg is stale; UPDATE_DOCS=1 npm test draws it',
    ).toBe(true);
  });

  test('given an episode, when it is drawn, then its state is lit and its money is there, once', async () => {
    const { directory, id } = await reviewed();
    const { stdout } = await run(directory, 'draw', id);
    expect(stdout.match(/class="lit"/g)).toHaveLength(1);
    expect(/<g class="lit">.*?<\/g>/s.exec(stdout)?.[0]).toContain('>active<');
    expect(/<g class="around">.*?<\/g>/s.exec(stdout)?.[0]).toContain('$0.35 + $0.50 reserved of $2.00');
    expect((await run(directory, 'draw', '--format', 'svg')).stdout).not.toContain('class="lit"');
  });

  test('given each format, then it is whole, and names every state and event of the chart', async () => {
    const { directory, id } = await reviewed();
    const mermaid = (await run(directory, 'draw', id, '--format', 'mermaid')).stdout;
    expect(mermaid).toMatch(/^stateDiagram-v2\n/);
    expect(mermaid).toContain('class research_active lit');
    const scxml = (await run(directory, 'draw', id, '--format', 'scxml')).stdout;
    expect(scxml).toContain('initial="research_active">');
    const missing = episodeEventTypes.filter((type) => !scxml.includes(`event="${type}"`));
    expect(missing).toEqual([]);
    const ids = [...scxml.matchAll(/<state id="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target = ''] of scxml.matchAll(/target="([^"]+)"/g)) expect(ids).toContain(target);
    const json = JSON.parse((await run(directory, 'draw', id, '--format', 'json')).stdout) as {
      machine: { states: object };
      episode: { state: string };
    };
    expect(Object.keys(json.machine.states)).toEqual(Object.keys(episodeMachine.root.states));
    expect(json.episode.state).toBe('research.active');
    expect(await run(directory, 'draw', '--format', 'png')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('svg, mermaid, scxml, json'),
    });
  });
});
