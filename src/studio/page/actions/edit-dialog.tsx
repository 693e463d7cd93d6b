import { useEffect, useState } from 'preact/hooks';
import type { EpisodeView, FileView } from '../../api.js';
import { api } from '../api/client.js';
import { readForEdit, writtenBack, type EditedFile } from '../api/edited-file.js';
import type { EpisodeFeed } from '../live/episode-feed.js';
import { Dialog } from '../parts/dialog.js';
import { FormEnd } from '../parts/form-end.js';
import { Refused } from '../parts/refused.js';
import { useDeed } from '../parts/use-deed.js';
import { Reason } from './fields.js';
import { takeAnswer } from './use-act.js';

interface Props {
  file: FileView;
  view: EpisodeView;
  feed: EpisodeFeed;
  onClose: () => void;
}

/** A phase's file in a person's hands: what is taken is recorded with both hashes, by whom and why, and the next phase works with it. */
export function EditDialog({ file, view, feed, onClose }: Props) {
  const [read, setRead] = useState<EditedFile | null>(null);
  const [unread, setUnread] = useState<unknown>(null);
  const [typed, setTyped] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const { busy, error, run } = useDeed();
  useEffect(() => {
    const stop = new AbortController();
    readForEdit(file, stop.signal).then(setRead, (failed: unknown) => {
      if (!stop.signal.aborted) setUnread(failed);
    });
    return () => stop.abort();
    // As it was opened: a file that changes meanwhile is not written over.
  }, [file.url]);
  const text = typed ?? read?.text ?? '';
  const path = `${file.phase}/${file.name}`;
  const confirm = (event: SubmitEvent): void =>
    run(
      event,
      async () => {
        if (!read) throw new Error('The file has not been read yet.');
        const { was } = read;
        const content = writtenBack(read, text);
        return api.edit(view.board.sessionId, {
          path,
          content,
          was,
          ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
        });
      },
      (after) => {
        takeAnswer(feed, after, `${file.name} is edited; what comes next works with it.`);
        onClose();
      },
    );
  return (
    <Dialog title={`Edit ${file.name}`} wide onClose={onClose}>
      <form class="form" onSubmit={confirm}>
        {read ? (
          <label class="field">
            <span class="visually-hidden">Text of {file.name}</span>
            <textarea
              name="text"
              class={`editor${file.name.endsWith('.md') ? '' : ' code-field'}`}
              value={text}
              spellcheck={file.name.endsWith('.md')}
              onInput={(event) => setTyped(event.currentTarget.value)}
            />
          </label>
        ) : (
          unread === null && <p role="status">Loading…</p>
        )}
        <Reason required={false} value={reason} onChange={setReason} />
        <Refused error={error ?? unread} />
        <FormEnd
          label="Keep the edit"
          confirm="edit"
          isDanger={false}
          busy={busy || read === null || text === read.text}
          idle="Keep the edit"
          onClose={onClose}
        />
      </form>
    </Dialog>
  );
}
