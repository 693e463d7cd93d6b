import type { EpisodeState } from '../shapes/index.js';
import type { StateDocument } from './shapes.js';

const rendered = new WeakMap<EpisodeState, string>();

/** The JSON of state.json. Episodes that have not changed keep the text they had: with thousands of them that is most of the work. */
export function stateText(document: StateDocument): string {
  const { active_episodes: active, completed_episodes: completed, ...rest } = document;
  const plain = JSON.stringify(rest, undefined, 2);
  const head = '{\n  "version": "3.0.0",';
  return `${head}\n  "active_episodes": ${episodesText(active)},\n  "completed_episodes": ${episodesText(completed)},${plain.slice(head.length)}`;
}

function episodesText(episodes: Record<string, EpisodeState>): string {
  const lines = Object.entries(episodes).map(
    ([id, state]) => `    ${JSON.stringify(id)}: ${episodeText(state)}`,
  );
  return lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n  }`;
}

function episodeText(state: EpisodeState): string {
  const known = rendered.get(state);
  if (known !== undefined) return known;
  const text = JSON.stringify(state, undefined, 2).replaceAll('\n', '\n    ');
  rendered.set(state, text);
  return text;
}
