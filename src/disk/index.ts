export { errorCode } from './disk.js';
export type { Disk, OpenMode, PathInfo } from './disk.js';
export { makeDurableDirectory } from './durable-directory.js';
export { networkFilesystem, refuseNetworkFilesystem } from './network-filesystem.js';
export { nodeDisk } from './node-disk.js';
