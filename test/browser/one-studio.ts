import { afterAll, afterEach, beforeAll } from 'vitest';
import { ProductionStateManager } from '../../src/index.js';
import { startStudio, type StudioProcess } from '../studio/studio-process.js';
import { makeTemporaryDirectory } from '../support/temporary.js';
import { closeBrowser, openForAll } from './watched-page.js';

export interface OneStudio {
  manager: ProductionStateManager;
  watched: Awaited<ReturnType<typeof openForAll>>;
}

/** One production, one server and one page for all tests of a file, each of which has an episode of its own; `onOpen` gets them before the first. */
export function oneStudio(onOpen: (one: OneStudio) => void): void {
  const { directory, remove } = makeTemporaryDirectory();
  let studio: StudioProcess;
  let one: OneStudio;
  beforeAll(async () => {
    const manager = await ProductionStateManager.open({ directory });
    studio = await startStudio(directory);
    one = { manager, watched: await openForAll(studio.link) };
    onOpen(one);
  });
  afterEach(() => one.watched.expectNoProblem());
  afterAll(async () => {
    await closeBrowser();
    await studio.kill();
    await one.manager.close();
    remove();
  });
}
