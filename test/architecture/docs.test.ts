import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, existsSync, writeFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { errorRemedies } from '../../machines/index.js';
import { catalog } from '../../src/cli/catalog.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const doc = (name: string): string => readFileSync(`${root}docs/${name}`, 'utf8');

describe('the docs', () => {
  test('given any error code, then docs/errors.md has a section of its own for it', () => {
    const sections = [...doc('errors.md').matchAll(/^## (\w+)$/gm)].map((match) => match[1] ?? '');
    expect(sections.sort()).toEqual(Object.keys(errorRemedies).sort());
  });

  test('given any error code, then something throws it', () => {
    const places = ['machines', 'src'].flatMap((folder) =>
      readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' }).map(
        (name) => `${folder}/${name}`,
      ),
    );
    const sources = places
      .filter((path) => path.endsWith('.ts'))
      .map((path) => readFileSync(`${root}${path}`, 'utf8'));
    const thrown = new Set(
      sources.flatMap((text) =>
        [...text.matchAll(/(?:ProductionError|refuse|invalid)\(\s*'(\w+)'/g)].map((match) => match[1]),
      ),
    );
    expect(Object.keys(errorRemedies).filter((code) => !thrown.has(code))).toEqual([]);
  });

  test('given a link between pages, then the page is there', () => {
    const pages = [
      ...readdirSync(`${root}docs`)
        .filter((name) => name.endsWith('.md'))
        .map((name) => `docs/${name}`),
      'README.md',
    ];
    const broken = pages.flatMap((page) =>
      [...readFileSync(`${root}${page}`, 'utf8').matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)]
        .map((match) => match[1] ?? '')
        .filter((target) => !existsSync(join(root, page, '..', target)))
        .map((target) => `${page}: ${target}`),
    );
    expect(broken).toEqual([]);
  });

  test('given any promise of docs/SECURITY.md, then it names what tests it, and that is there', () => {
    const promises = doc('SECURITY.md')
      .split('\n## What is promised')[1]
      ?.split('\n## ')[0]
      ?.split('\n')
      .filter((line) => line.startsWith('| ') && !/^\| (?:promise|---)/.test(line));
    const named = (promises ?? []).map((line) => {
      const tests = [...(line.split('|').at(-2) ?? '').matchAll(/`(test\/[^`]+)`/g)].map(
        (match) => match[1] ?? '',
      );
      return { line, tests, missing: tests.filter((path) => !existsSync(join(root, path))) };
    });
    expect(named.filter(({ tests, missing }) => tests.length === 0 || missing.length > 0)).toEqual([]);
    expect(named.length).toBeGreaterThan(8);
  });

  test('given any command, then docs/command-line.md speaks of it', () => {
    const page = doc('command-line.md');
    expect(catalog.map(({ name }) => name).filter((name) => !new RegExp(`\\b${name}\\b`).test(page))).toEqual(
      [],
    );
  });

  test("given the README's lines for embedding, when they are run, then an episode is complete and the files are those that it shows", () => {
    const [embedding = ''] = [
      ...readFileSync(`${root}README.md`, 'utf8').matchAll(/```js\n([\s\S]*?)```/g),
    ].map((match) => match[1] ?? '');
    const folder = mkdtempSync(`${root}dist/.readme-`);
    try {
      writeFileSync(join(folder, 'run.mjs'), embedding);
      const ran = spawnSync(process.execPath, ['run.mjs'], { cwd: folder, encoding: 'utf8' });
      expect(ran.stderr).toBe('');
      expect(ran.stdout).toContain("outcome: 'complete'");
      const files = readdirSync(join(folder, 'production')).sort();
      expect(files).toEqual([expect.stringMatching(/^ep_001_/), 'journal', 'state.json']);
      expect(readdirSync(join(folder, 'production', files[0] ?? '')).sort()).toEqual([
        'audio',
        'research',
        'script',
        'session.json',
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('given the crew of docs/crews.md, when it is run as the page says, then it makes an episode', () => {
    const [crew = '', embedding = ''] = [...doc('crews.md').matchAll(/```js\n([\s\S]*?)```/g)].map(
      (match) => match[1] ?? '',
    );
    // Inside the package, so that it can import the package by its own name.
    const folder = mkdtempSync(`${root}dist/.crew-`);
    try {
      writeFileSync(join(folder, 'my-crew.mjs'), crew);
      writeFileSync(join(folder, 'run.mjs'), embedding);
      const ran = spawnSync(process.execPath, ['run.mjs'], { cwd: folder, encoding: 'utf8' });
      expect(ran.stderr).toBe('');
      expect(ran.stdout.trim()).toBe('complete 0.05');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
