// A process that makes a whole episode with the studio crew, by providers on loopback: it is killed at random places.
import { studioCrew } from '../../src/crew/studio/index.js';
import { ProductionStateManager } from '../../src/index.js';
import type { PaidEpisode } from './misbehaving-episode.js';

const { directory, sessionId, crewOptions, env } = JSON.parse(process.argv[2] ?? '') as PaidEpisode;
const manager = await ProductionStateManager.open({ directory });
await manager.produce(sessionId, studioCrew({ env }), { crewOptions });
await manager.close();
// Connections that are kept alive would keep it for seconds.
process.exit();
