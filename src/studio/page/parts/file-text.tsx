import { useEffect, useState } from 'preact/hooks';
import type { FileView } from '../../api.js';
import { api } from '../api/client.js';
import { bytes } from '../format.js';
import { Refused } from './refused.js';
import { Rendered } from './rendered.js';

/** What a page shows at once, whatever the file. Bytes. */
const mostShown = 250_000;

/** A text file, or the beginning of a long one. `version` changes when it may have been written anew. */
export function FileText({ file, version }: { file: FileView; version?: number }) {
  const [read, setRead] = useState<{ url: string; text: string } | null>(null);
  const [unread, setUnread] = useState<{ url: string; error: unknown } | null>(null);
  const { url } = file;
  const isWhole = file.bytes <= mostShown;
  useEffect(() => {
    const stop = new AbortController();
    const reading = file.bytes === 0 ? Promise.resolve('') : api.beginning(url, mostShown, stop.signal);
    reading.then(
      (text) => setRead({ url, text }),
      (error: unknown) => {
        if (!stop.signal.aborted) setUnread({ url, error });
      },
    );
    return () => stop.abort();
  }, [url, file.bytes, version]);
  if (read?.url !== url)
    return unread?.url === url ? <Refused error={unread.error} /> : <p role="status">Loading…</p>;
  return (
    <>
      {!isWhole && (
        <p class="quiet reader-note">
          This is the beginning: {bytes(mostShown)} of {bytes(file.bytes)}.
        </p>
      )}
      <Rendered name={file.name} text={read.text} isWhole={isWhole} />
    </>
  );
}
