// A process that speaks an episode by a provider on loopback: it is killed between send and answer.
import { ProductionStateManager } from '../../src/index.js';
import { Pacer } from '../../src/crew/studio/voice/pacer.js';
import { castBy, linesOf, speakingCrew } from './voiced-parts.js';

const [, , directory = '', url = '', sessionId = '', texts = '[]'] = process.argv;
const manager = await ProductionStateManager.open({ directory });
const lines = linesOf(...(JSON.parse(texts) as string[]));
await manager.produce(
  sessionId,
  speakingCrew(() => lines, castBy(url, { pacer: new Pacer(1) })),
);
await manager.close();
