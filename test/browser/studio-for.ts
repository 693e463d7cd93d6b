import { onTestFinished } from 'vitest';
import { startStudio, type StudioProcess } from '../studio/studio-process.js';

/** The studio's server on a production, stopped when the test is over. */
export async function studioFor(directory: string, port = 0): Promise<StudioProcess> {
  const studio = await startStudio(directory, port);
  onTestFinished(() => studio.kill());
  return studio;
}
