import { readdirSync, type Dirent } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { phaseNames, type PhaseName } from '../../machines/index.js';
import { readPlainFile } from '../disk/index.js';
import type { OlderCheckpoint, OlderEpisode } from './older-episode.js';
import { phaseInName, phaseOf } from './phase-words.js';
import { readJson } from './read-json.js';
import type { Report } from './report.js';

const largestText = 5 * 1024 * 1024;
const deepest = 6;
const mostFiles = 10_000;

/** Every file in a session's folder, by its path in it; hidden ones and links are none. */
export function filesIn(base: string, folder: string): string[] {
  const found: string[] = [];
  const look = (sub: string, depth: number): void => {
    for (const entry of entriesOf(join(base, folder, sub))) {
      const path = sub === '' ? entry.name : `${sub}/${entry.name}`;
      if (entry.name.startsWith('.') || found.length >= mostFiles) continue;
      if (entry.isDirectory() && depth < deepest) look(path, depth + 1);
      else if (entry.isFile()) found.push(path);
    }
  };
  look('', 0);
  return found.sort();
}

function entriesOf(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    return [];
  }
}

/**
 * What phases without a checkpoint have made, from their files: `script/polished_script.md`, `research_findings.json`. Texts and JSON become their
 * checkpoint's data, by name. Gives the paths that were read.
 */
export function withFiles(
  episode: OlderEpisode,
  { base, folder, files }: { base: string; folder: string; files: readonly string[] },
  report: Report,
): string[] {
  const read: string[] = [];
  for (const phase of phaseNames) {
    const { status, endedAt } = episode.phases[phase];
    if (status === 'pending' || episode.checkpoints.some((each) => each.phase === phase)) continue;
    const data: Record<string, unknown> = {};
    for (const file of files.filter((path) => phaseOfFile(path) === phase)) {
      const content = contentOf(base, `${folder}/${file}`, report);
      if (content === undefined) continue;
      Object.defineProperty(data, file, { value: content, enumerable: true });
      read.push(file);
    }
    if (Object.keys(data).length === 0) continue;
    report.noteKeys(
      'info',
      `${folder}/${phase}`,
      'its work is what its files say',
      Object.keys(data),
      'kept as its checkpoint',
    );
    const kept: OlderCheckpoint = { name: `${phase}_imported`, phase, at: endedAt, data };
    episode.checkpoints = [...episode.checkpoints, kept];
  }
  return read;
}

/** Only texts and JSON: sound is too large for a checkpoint. */
function phaseOfFile(path: string): PhaseName | undefined {
  if (!['.json', '.md', '.txt'].includes(extname(path).toLowerCase())) return undefined;
  if (/checkpoint/i.test(path)) return undefined;
  const [first = '', ...rest] = path.split('/');
  return rest.length > 0 ? phaseOf(first) : phaseInName(basename(first, extname(first)));
}

function contentOf(base: string, path: string, report: Report): unknown {
  if (path.toLowerCase().endsWith('.json')) return readJson(base, path, report, largestText);
  const read = readPlainFile(join(base, path), { largest: largestText, within: base });
  if ('refused' in read) {
    report.note(
      'warning',
      path,
      read.refused === 'too_large' ? 'it is too large' : 'it cannot be read',
      'not read',
    );
    return undefined;
  }
  return read.bytes.toString('utf8');
}
