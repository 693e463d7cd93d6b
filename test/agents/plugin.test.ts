import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pluginFiles } from '../../src/agents/connect/host-files.js';
import { tools } from '../../src/agents/tools.js';
import { parseHookCall } from '../../src/agents/hooks/hook-call.js';

const dist = join(import.meta.dirname, '../../dist/agents');
const json = (path: string) => JSON.parse(readFileSync(join(dist, path), 'utf8')) as Record<string, unknown>;
const texts = ['skills', 'agents'].flatMap((kind) =>
  readdirSync(join(dist, 'plugin', kind), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => [`${kind}/${name}`, readFileSync(join(dist, 'plugin', kind, name), 'utf8')] as const),
);

describe('the plugin as it is shipped', () => {
  test('given the marketplace, then its plugin is where it says, with README and licence', () => {
    const { plugins } = json('.claude-plugin/marketplace.json') as {
      plugins: { name: string; source: string }[];
    };
    expect(plugins).toHaveLength(1);
    const source = join(dist, plugins[0]?.source ?? '');
    for (const file of [
      '.claude-plugin/plugin.json',
      'README.md',
      'LICENSE',
      '.mcp.json',
      'hooks/hooks.json',
    ])
      expect(existsSync(join(source, file))).toBe(true);
    const { version } = JSON.parse(readFileSync(join(dist, '../../package.json'), 'utf8')) as {
      version: string;
    };
    expect(json('plugin/.claude-plugin/plugin.json')).toMatchObject({ name: plugins[0]?.name, version });
  });

  test('given what connect writes, then the plugin has the same server and hooks', () => {
    for (const [path, content] of Object.entries(pluginFiles()))
      expect(json(`plugin/${path}`)).toEqual(content);
  });

  test('given its hooks, then each is for a moment that the hook knows', () => {
    const { hooks } = json('plugin/hooks/hooks.json') as { hooks: Record<string, unknown> };
    for (const event of Object.keys(hooks))
      expect([event, parseHookCall({ hook_event_name: event, tool_name: 'WebSearch' }).moment]).not.toEqual([
        event,
        'other',
      ]);
    expect(Object.keys(hooks)).toContain('PreToolUse');
  });

  test.each(texts)(
    'given %s, then it says what it is for, and names no tool that does not exist',
    (_name, text) => {
      expect(text).toMatch(/^---\nname: [a-z-]+\ndescription: .+\n---\n/);
      const named = [...text.matchAll(/`([a-z]+_[a-z]+)`/g)].map(([, name]) => name);
      const known = new Set([
        ...tools.map(({ name }) => name),
        'waits_for',
        'open_operations',
        'budget_exhausted',
      ]);
      expect(named.filter((name) => name !== undefined && !known.has(name))).toEqual([]);
    },
  );

  test('given the three phases, then each has a subagent whose type the hooks know', () => {
    expect(readdirSync(join(dist, 'plugin/agents')).sort()).toEqual([
      'audio-producer.md',
      'researcher.md',
      'writer.md',
    ]);
  });
});
