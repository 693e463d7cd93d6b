/** A RIFF WAVE header for 16-bit mono, with an optional comment in a LIST INFO chunk. */
export function waveHeader(samples: number, rate: number, comment = ''): Uint8Array {
  const note = Buffer.from(comment.length % 2 === 0 ? `${comment}\0\0` : `${comment}\0`, 'latin1');
  const list =
    comment === ''
      ? Buffer.alloc(0)
      : Buffer.concat([
          Buffer.from('LIST'),
          u32(12 + note.length),
          Buffer.from('INFOICMT'),
          u32(note.length),
          note,
        ]);
  const format = Buffer.alloc(16);
  format.writeUInt16LE(1, 0);
  format.writeUInt16LE(1, 2);
  format.writeUInt32LE(rate, 4);
  format.writeUInt32LE(rate * 2, 8);
  format.writeUInt16LE(2, 12);
  format.writeUInt16LE(16, 14);
  const rest = Buffer.concat([
    Buffer.from('WAVEfmt '),
    u32(16),
    format,
    list,
    Buffer.from('data'),
    u32(samples * 2),
  ]);
  return new Uint8Array(Buffer.concat([Buffer.from('RIFF'), u32(rest.length + samples * 2), rest]));
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** A 16-bit mono WAVE file's samples and comment; undefined when it is anything else or is cut short. */
export function readWave(
  bytes: Uint8Array,
): { rate: number; samples: Int16Array; comment: string } | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (
    file.length < 44 ||
    file.toString('latin1', 0, 4) !== 'RIFF' ||
    file.toString('latin1', 8, 12) !== 'WAVE'
  )
    return undefined;
  let rate = 0;
  let comment = '';
  for (let at = 12; at + 8 <= file.length;) {
    const id = file.toString('latin1', at, at + 4);
    const size = file.readUInt32LE(at + 4);
    const body = at + 8;
    if (body + size > file.length) return undefined;
    if (id === 'data') {
      if (rate === 0) return undefined;
      return { rate, comment, samples: new Int16Array(bytes.slice(body, body + size - (size % 2)).buffer) };
    }
    if (id === 'fmt ') {
      if (
        size < 16 ||
        file.readUInt16LE(body) !== 1 ||
        file.readUInt16LE(body + 2) !== 1 ||
        file.readUInt16LE(body + 14) !== 16
      )
        return undefined;
      rate = file.readUInt32LE(body + 4);
    }
    if (id === 'LIST') comment = file.toString('latin1', body + 12, body + size).replace(/(?<!\0)\0+$/u, '');
    at = body + size + (size % 2);
  }
  return undefined;
}
