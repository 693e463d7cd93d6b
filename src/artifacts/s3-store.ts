import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { STATUS_CODES } from 'node:http';
import { Readable } from 'node:stream';
import type { AwsClient } from 'aws4fetch';
import { ProductionError } from '../../machines/index.js';
import { isNotInstalled, openPlainFile, plainRefusalTexts, within } from '../disk/index.js';
import type { ArtifactStore } from './artifact-store.js';

export interface S3Options {
  bucket: string;
  /** What each name begins with: `studio/artifacts`. Default: nothing. */
  prefix?: string | undefined;
  /** `http://127.0.0.1:9000` for a server of one's own; default `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`, else Amazon's for the region. */
  endpoint?: string | undefined;
  /** Default `AWS_REGION`, else `us-east-1`. */
  region?: string | undefined;
  /** Default `AWS_ACCESS_KEY_ID`. */
  accessKeyId?: string | undefined;
  /** Default `AWS_SECRET_ACCESS_KEY`. */
  secretAccessKey?: string | undefined;
  /** Default `AWS_SESSION_TOKEN`. */
  sessionToken?: string | undefined;
  /** How long one request without a body, and each piece of an answer's, may take. Milliseconds; default 30,000. A body that is sent has a second more for each 256 KiB. */
  timeoutMs?: number | undefined;
}

const nameForm = /^[0-9a-f]{64}$/;
const bucketForm = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const bytesASecond = 256 * 1024;

/**
 * A store in S3, or in a server that speaks its protocol. Objects are named `ab/ab12…` below the prefix; each is sent with its SHA-256, which the server compares
 * (docs.aws.amazon.com/AmazonS3, "Authenticating Requests", read November 2026). Needs the optional package `aws4fetch`.
 * @throws ProductionError `invalid_input` where the bucket, the keys or the package are missing.
 */
export async function s3Store(options: S3Options): Promise<ArtifactStore> {
  const { env } = process;
  const { bucket, prefix = '', timeoutMs = 30_000 } = options;
  if (!bucketForm.test(bucket)) throw invalid(`${JSON.stringify(bucket)} is no name of a bucket`);
  const region = options.region ?? (env['AWS_REGION'] || 'us-east-1');
  const endpoint =
    options.endpoint ??
    (env['AWS_ENDPOINT_URL_S3'] || env['AWS_ENDPOINT_URL'] || `https://s3.${region}.amazonaws.com`);
  const accessKeyId = options.accessKeyId ?? env['AWS_ACCESS_KEY_ID'] ?? '';
  const secretAccessKey = options.secretAccessKey ?? env['AWS_SECRET_ACCESS_KEY'] ?? '';
  if (accessKeyId === '' || secretAccessKey === '')
    throw invalid('S3 needs keys: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
  const sessionToken = options.sessionToken ?? env['AWS_SESSION_TOKEN'];
  const Client = await clientClass();
  const client = new Client({
    accessKeyId,
    secretAccessKey,
    service: 's3',
    region,
    retries: 4,
    ...(sessionToken === undefined ? {} : { sessionToken }),
  });
  const at = new URL(endpoint);
  const parts = [at.pathname, bucket, prefix].flatMap((path) =>
    path.split('/').filter((part) => part !== ''),
  );
  const base = [at.origin, ...parts].join('/');
  const addressOf = (sha256: string): string => {
    if (!nameForm.test(sha256)) throw new Error(`${JSON.stringify(sha256)} is no SHA-256`);
    return `${base}/${sha256.slice(0, 2)}/${sha256}`;
  };
  const ask = async (method: string, sha256: string): Promise<Response | undefined> => {
    const address = addressOf(sha256);
    const response = await within(timeoutMs, (signal) =>
      client.fetch(address, { method, signal, redirect: 'error' }),
    );
    if (response.ok) return response;
    await response.body?.cancel();
    if (response.status === 404) return undefined;
    throw refusalOf(response);
  };
  const has = async (sha256: string): Promise<boolean> => (await ask('HEAD', sha256)) !== undefined;
  return {
    name: `the bucket ${bucket} at ${at.host}`,
    has,
    async put({ sha256, bytes }, path) {
      if (await has(sha256)) return;
      if ((await hashOf(path)) !== sha256) throw new Error(`${path} was changed while it was sent`);
      const signed = await client.sign(addressOf(sha256), {
        method: 'PUT',
        headers: { 'x-amz-content-sha256': sha256, 'content-length': String(bytes) },
      });
      const response = await within(timeoutMs + Math.ceil((1000 * bytes) / bytesASecond), (signal) =>
        fetch(signed.url, {
          method: 'PUT',
          headers: signed.headers,
          body: bytes === 0 ? '' : Readable.toWeb(streamOf(path)),
          duplex: 'half',
          redirect: 'error',
          signal,
        }),
      );
      await response.body?.cancel();
      if (!response.ok) throw refusalOf(response);
    },
    async get(sha256) {
      const body = (await ask('GET', sha256))?.body;
      return body ? piecesOf(body, timeoutMs) : undefined;
    },
    async remove(sha256) {
      await ask('DELETE', sha256);
    },
  };
}

/** However long it is; but each piece has to come in time. */
async function* piecesOf(body: ReadableStream<Uint8Array>, timeoutMs: number): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await within(timeoutMs, () => reader.read());
      if (done) return;
      yield value;
    }
  } finally {
    void reader.cancel().catch(() => {});
  }
}

/** `s3://bucket/prefix`, as a command names it. @throws ProductionError `invalid_input`. */
export function s3StoreAt(address: string): Promise<ArtifactStore> {
  const [, bucket = '', prefix] = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(address) ?? [];
  return s3Store({ bucket, prefix });
}

async function clientClass(): Promise<typeof AwsClient> {
  try {
    return (await import('aws4fetch')).AwsClient;
  } catch (cause) {
    if (!isNotInstalled(cause, 'aws4fetch')) throw cause;
    throw invalid('S3 needs the optional package aws4fetch; run: npm install aws4fetch', cause);
  }
}

function invalid(what: string, cause?: unknown): ProductionError {
  return new ProductionError('invalid_input', `artifacts: ${what}.`, { field: 'artifacts', cause });
}

/** Nothing of the server's own words, which may repeat a key. */
function refusalOf({ status }: Response): Error {
  return new Error(`it answered ${status} ${STATUS_CODES[status] ?? ''}`.trim());
}

function streamOf(path: string): Readable {
  const opened = openPlainFile(path);
  if ('refused' in opened) throw new Error(`${path} is not read: ${plainRefusalTexts[opened.refused]}`);
  return createReadStream('', { fd: opened.fd });
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of streamOf(path)) hash.update(piece as Buffer);
  return hash.digest('hex');
}
