import { crc32 } from 'node:zlib';

const seal = /,\n {2}"crc32": "([0-9a-f]{8})"\n\}\n$/;
const sealLength = ',\n  "crc32": "00000000"\n}\n'.length;

/** A JSON object as a document of ours: readable, and ending in a checksum over all before it, so that readers can trust it unparsed. */
export function sealText(json: string): string {
  // `{…\n}` becomes `{…,\n  "crc32": "…"\n}\n`.
  const body = json.slice(0, json.lastIndexOf('\n}'));
  return `${body},\n  "crc32": "${checksum(Buffer.from(body))}"\n}\n`;
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
