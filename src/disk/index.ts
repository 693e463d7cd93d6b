export { BoundedThread } from './bounded-thread.js';
export type { ThreadLimits, ThreadReply } from './bounded-thread.js';
export { thisThread } from './thread-time.js';
export { adviceOn, isFull } from './advice.js';
export { errorCode, writeAll } from './disk.js';
export type { Disk, OpenMode, PathInfo, Redo } from './disk.js';
export { decodeJson, parseJson } from './decode-json.js';
export {
  makeDirectory,
  makeNewDirectory,
  makeDurableDirectories,
  makeDurableDirectory,
} from './durable-directory.js';
export { refuseNetworkFilesystem } from './network-filesystem.js';
export { keptToken, readToken } from './kept-token.js';
export { nodeDisk } from './node-disk.js';
export { openPlainFile, plainRefusalTexts, readPlainFile } from './plain-file.js';
export { replacePlainFile, writePlainFile } from './write-plain-file.js';
export { replacePrivateFile } from './private-file.js';
export { bodyOf } from './body-of.js';
export { within } from './within.js';
export { isNotInstalled } from './is-not-installed.js';
export { hasSecret, readAddress, withoutSecrets, type SecretAddress } from './secret-address.js';
export { writableByOthers } from './writable-by-others.js';
export { removeQuietly } from './remove-quietly.js';
export { isGone, isLiveClaim, thisProcess } from './process-identity.js';
