import { useEffect, useState } from 'preact/hooks';
import type { FileView } from '../../api.js';
import { api } from '../api/client.js';
import { bytes, phases } from '../format.js';
import { asApiError } from '../live/studio.js';
import { Dialog } from '../parts/dialog.js';
import { Icon } from '../parts/icon.js';

/** What the phases have made: sound to play, text to read. */
export function Files({ files, past }: { files: FileView[]; past: boolean }) {
  const [reading, read] = useState<FileView | null>(null);
  return (
    <section class="card">
      <h2>
        Artifacts <span class="count">{files.length}</span>
        {past && files.length > 0 && <span class="quiet"> as they are now</span>}
      </h2>
      {files.length === 0 && (
        <p class="empty">No files yet. What the workers write for a phase shows here.</p>
      )}
      {phases.map((phase) => {
        const own = files.filter((file) => file.phase === phase);
        return (
          own.length > 0 && (
            <div key={phase}>
              <h3>{phase}</h3>
              <ul class="lines">
                {own.map((file) => (
                  <File key={file.name} file={file} onRead={() => read(file)} />
                ))}
              </ul>
            </div>
          )
        );
      })}
      {reading && <Reader file={reading} onClose={() => read(null)} />}
    </section>
  );
}

function File({ file, onRead }: { file: FileView; onRead: () => void }) {
  const [playing, play] = useState(false);
  return (
    <li class="file">
      <Icon name={file.kind === 'audio' ? 'play' : 'file'} />
      <span class="line-main">
        <b>{file.name}</b>
        <span class="quiet">{bytes(file.bytes)}</span>
      </span>
      {file.kind === 'text' && (
        <button type="button" class="button button-small" aria-label={`Read ${file.name}`} onClick={onRead}>
          Read
        </button>
      )}
      {file.kind === 'audio' && !playing && (
        <button
          type="button"
          class="button button-small"
          aria-label={`Play ${file.name}`}
          onClick={() => play(true)}
        >
          Play
        </button>
      )}
      {playing && <Player file={file} />}
    </li>
  );
}

/** An `<audio>` element sends no token, so the file is fetched with it first and played from memory. */
function Player({ file }: { file: FileView }) {
  const [source, setSource] = useState<{ url: string } | { error: string } | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    let url: string | undefined;
    const load = async (): Promise<void> => {
      try {
        url = URL.createObjectURL(await api.blob(file.url, stop.signal));
        setSource({ url });
      } catch (error) {
        if (!stop.signal.aborted) setSource({ error: asApiError(error).message });
      }
    };
    void load();
    return () => {
      stop.abort();
      if (url) URL.revokeObjectURL(url);
    };
  }, [file.url]);
  if (source === null)
    return (
      <span class="quiet" role="status">
        Loading {bytes(file.bytes)}…
      </span>
    );
  if ('error' in source)
    return (
      <span class="bad" role="alert">
        {source.error}
      </span>
    );
  return <audio controls autoPlay src={source.url} aria-label={file.name} />;
}

function Reader({ file, onClose }: { file: FileView; onClose: () => void }) {
  const [text, setText] = useState<string | null>(null);
  const [error, setError] = useState('');
  useEffect(() => {
    const stop = new AbortController();
    api.text(file.url, stop.signal).then(setText, (failed: unknown) => {
      if (!stop.signal.aborted) setError(asApiError(failed).message);
    });
    return () => stop.abort();
  }, [file.url]);
  return (
    <Dialog title={file.name} wide onClose={onClose}>
      {error !== '' && (
        <p class="banner banner-bad" role="alert">
          {error}
        </p>
      )}
      {text === null ? (
        error === '' && <p role="status">Loading…</p>
      ) : (
        <pre class={`reader${file.name.endsWith('.md') ? ' reader-prose' : ''}`} tabIndex={0}>
          {readable(file.name, text)}
        </pre>
      )}
    </Dialog>
  );
}

/** JSON on many lines; everything else as it is. */
function readable(name: string, text: string): string {
  if (!name.endsWith('.json')) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
