import { useEffect, useState } from 'preact/hooks';
import type { EpisodeView, FileView } from '../../api.js';
import { EditDialog } from '../actions/edit-dialog.js';
import { api } from '../api/client.js';
import { bytes, phases } from '../format.js';
import type { EpisodeFeed } from '../live/episode-feed.js';
import { asApiError } from '../live/studio.js';
import { Dialog } from '../parts/dialog.js';
import { FileText } from '../parts/file-text.js';
import { Icon } from '../parts/icon.js';

/** What the phases have made: sound to play, text to read. */
export function Files({
  files,
  past,
  view,
  feed,
}: {
  files: FileView[];
  past: boolean;
  view: EpisodeView;
  feed: EpisodeFeed;
}) {
  const [reading, read] = useState<FileView | null>(null);
  const [editing, edit] = useState<FileView | null>(null);
  const mayEdit = ({ kind, phase }: FileView): boolean =>
    kind === 'text' && !past && view.editable.includes(phase);
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
                  <File
                    key={file.name}
                    file={file}
                    onRead={() => read(file)}
                    onEdit={mayEdit(file) ? () => edit(file) : null}
                  />
                ))}
              </ul>
            </div>
          )
        );
      })}
      {editing && <EditDialog file={editing} view={view} feed={feed} onClose={() => edit(null)} />}
      {reading && <Reader file={reading} onClose={() => read(null)} />}
    </section>
  );
}

function File({ file, onRead, onEdit }: { file: FileView; onRead: () => void; onEdit: (() => void) | null }) {
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
      {onEdit && (
        <button type="button" class="button button-small" aria-label={`Edit ${file.name}`} onClick={onEdit}>
          Edit…
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

/** Played from an address of its own, in pieces, as far as somebody listens: an hour of sound is 300 MB. */
function Player({ file }: { file: FileView }) {
  const address = useAddress(file);
  if (address === null) return <span role="status">Loading…</span>;
  if ('error' in address)
    return (
      <span class="bad" role="alert">
        {address.error}
      </span>
    );
  return <audio controls autoPlay src={address.url} aria-label={file.name} />;
}

/** An `<audio>` element and a download send no token: they get an address that opens this file alone. */
function useAddress(file: FileView): { url: string } | { error: string } | null {
  const [address, setAddress] = useState<{ url: string } | { error: string } | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    api.address(file.url, stop.signal).then(setAddress, (failed: unknown) => {
      if (!stop.signal.aborted) setAddress({ error: asApiError(failed).message });
    });
    return () => stop.abort();
  }, [file.url]);
  return address;
}

function Reader({ file, onClose }: { file: FileView; onClose: () => void }) {
  const address = useAddress(file);
  return (
    <Dialog title={file.name} wide onClose={onClose}>
      <FileText file={file} />
      {address && 'url' in address && (
        <p class="reader-note">
          <a class="button button-small" href={address.url} download={file.name}>
            Download {bytes(file.bytes)}
          </a>
        </p>
      )}
    </Dialog>
  );
}
