import { phaseNames, type PhaseName } from '../../machines/index.js';
import { plainKey } from './known-keys.js';

/** What older programs call the phases. */
const words: Record<PhaseName, readonly string[]> = {
  research: ['research', 'research_phase', 'researching', 'research_workflow'],
  script: ['script', 'script_phase', 'script_generation', 'scripting', 'writing', 'production'],
  audio: ['audio', 'audio_phase', 'audio_generation', 'audio_synthesis', 'synthesis', 'tts'],
};

/** The phase that an older program's word means; undefined for a word that is none of theirs. */
export function phaseOf(word: unknown): PhaseName | undefined {
  if (typeof word !== 'string') return undefined;
  const plain = plainKey(word.trim());
  return phaseNames.find((name) => words[name].includes(plain));
}

/** The phase that a file's name begins with or has in it: `checkpoint_research_20250903_155200.json`, `script_complete.json`. */
export function phaseInName(name: string): PhaseName | undefined {
  const parts = name.toLowerCase().split(/[^a-z]/);
  return phaseNames.find((phase) => parts.includes(phase));
}
