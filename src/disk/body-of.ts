/** Never more of an answer than it may have: whoever answers may go on for ever. @throws Error when there is more. */
export async function bodyOf({ body }: Response, mostBytes: number): Promise<Buffer<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of (body ?? []) as AsyncIterable<Uint8Array>) {
    size += part.length;
    if (size > mostBytes) throw new Error(`an answer of more than ${String(mostBytes)} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
