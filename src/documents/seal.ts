import { crc32 } from 'node:zlib';

const seal = /,\n {2}"crc32": "([0-9a-f]{8})"\n\}\n$/;
const sealLength = ',\n  "crc32": "00000000"\n}\n'.length;

/** A JSON object as a document of ours: readable, and ending in a checksum over all before it, so that readers can trust it unparsed. */
export function sealed(json: string): Buffer {
  // `{…\n}` becomes `{…,\n  "crc32": "…"\n}\n`.
  const bytes = Buffer.from(`${json.slice(0, json.lastIndexOf('\n}'))},\n  "crc32": "00000000"\n}\n`);
  const end = bytes.length - sealLength;
  bytes.write(checksum(bytes.subarray(0, end)), end + ',\n  "crc32": "'.length, 'latin1');
  return bytes;
}

/** The object in a document's bytes; undefined when it is torn, edited, or not one of ours, and has to be rebuilt. */
export function unseal(bytes: Buffer): unknown {
  const body = bytes.subarray(0, Math.max(0, bytes.length - sealLength));
  const found = seal.exec(bytes.toString('latin1', body.length));
  if (!found || checksum(body) !== found[1]) return undefined;
  return JSON.parse(bytes.toString('utf8')) as unknown;
}

function checksum(bytes: Buffer): string {
  return crc32(bytes).toString(16).padStart(8, '0');
}
