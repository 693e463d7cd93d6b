import { useState } from 'preact/hooks';
import type { EpisodeView, FileView, StudioAction } from '../../api.js';
import { ActionDialog } from '../actions/action-dialog.js';
import { EditDialog } from '../actions/edit-dialog.js';
import { actionNames, bytes } from '../format.js';
import type { EpisodeFeed } from '../live/episode-feed.js';
import { FileText } from '../parts/file-text.js';
import { reviewFiles } from './review-files.js';

interface Props {
  view: EpisodeView;
  feed: EpisodeFeed;
}

/** What waits for a person's judgement, to be read, with what can be done beside it. */
export function Review({ view, feed }: Props) {
  const phase = view.board.state.split('.')[0] ?? '';
  const files = reviewFiles(view.files.filter((file) => file.phase === phase));
  const [chosen, choose] = useState<string | null>(null);
  const file = files.find(({ name }) => name === chosen) ?? files[0];
  return (
    <section class="card review" aria-label={`Review of ${phase}`}>
      <h2>Review of {phase}</h2>
      <div class="review-parts">
        <div class="review-text">
          {file ? (
            <FileText key={file.url} file={file} version={view.position} />
          ) : (
            <p class="empty">This phase has written no text. Its other files are under Artifacts.</p>
          )}
        </div>
        <div class="review-side">
          <Judgement view={view} feed={feed} file={file} />
          {files.length > 1 && (
            <ul class="review-files" aria-label="Texts of this phase">
              {files.map(({ name, bytes: size }) => (
                <li key={name}>
                  <button type="button" aria-pressed={name === file?.name} onClick={() => choose(name)}>
                    <span>{name}</span> <span class="quiet">{bytes(size)}</span>
                  </button>
                </li>
              ))}
            </ul>
          )}
        </div>
      </div>
    </section>
  );
}

const judgements: StudioAction['action'][] = ['approve', 'reject'];

function Judgement({ view, feed, file }: Props & { file: FileView | undefined }) {
  const [asked, ask] = useState<StudioAction['action'] | null>(null);
  const [editing, edit] = useState<FileView | null>(null);
  return (
    <div class="review-actions" role="group" aria-label="Judgement">
      {judgements
        .filter((action) => view.actions.includes(action))
        .map((action) => (
          <button
            key={action}
            type="button"
            data-action={action}
            class={`button${action === 'approve' ? ' button-main' : ''}`}
            onClick={() => ask(action)}
          >
            {actionNames[action]}…
          </button>
        ))}
      {file && view.editable.includes(file.phase) && (
        <button type="button" class="button" data-edit={file.name} onClick={() => edit(file)}>
          Edit…
        </button>
      )}
      {asked && <ActionDialog action={asked} view={view} feed={feed} onClose={() => ask(null)} />}
      {editing && <EditDialog file={editing} view={view} feed={feed} onClose={() => edit(null)} />}
    </div>
  );
}
