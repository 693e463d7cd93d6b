import { useState } from 'preact/hooks';
import type { EpisodeView, Fork } from '../../api.js';
import { api } from '../api/client.js';
import { moment, phases } from '../format.js';
import { addressOf } from '../live/router.js';
import { show } from '../live/studio.js';
import { announce } from '../parts/announce.js';
import { Dialog } from '../parts/dialog.js';
import { FormEnd } from '../parts/form-end.js';
import { Refused } from '../parts/refused.js';
import { useDeed } from '../parts/use-deed.js';
import { Choice, Words } from './fields.js';
import type { Option } from './forms.js';

/** Where a fork begins: a checkpoint's name, a journal position, or the newest that keeps what is finished. */
export type ForkFrom = { checkpoint: string } | { position: number; at: string } | null;

interface Props {
  from: ForkFrom;
  view: EpisodeView;
  onClose: () => void;
}

const newest = '';

/** Makes a new episode out of this one's past, with other data if a person wants to. */
export function ForkDialog({ from, view, onClose }: Props) {
  const [choice, choose] = useState(valueOf(from));
  const [topic, setTopic] = useState('');
  const [data, setData] = useState<string | null>(null);
  const { busy, error, run } = useDeed();
  const confirm = (event: SubmitEvent): void =>
    run(
      event,
      async () => api.act(view.board.sessionId, forkOf(choice, topic, data)),
      ({ position, board }) => {
        show(position, board);
        announce(`Forked: episode ${board.episodeNumber}, to go on from ${view.board.episodeNumber}.`);
        onClose();
        location.hash = addressOf.episode(board.sessionId);
      },
    );

  return (
    <Dialog title="Fork this episode?" onClose={onClose}>
      <form class="form" onSubmit={confirm}>
        <p>
          A new episode goes on from there, with copies of what was finished; what that has cost is shown as
          inherited, and is not paid again. This one stays as it is.
        </p>
        <Choice name="Go on from" choices={choicesOf(view, from)} value={choice} onChange={choose} />
        <Words
          name="topic"
          label="Topic"
          optional
          placeholder={view.board.topic}
          value={topic}
          onChange={setTopic}
        />
        <EditedData id={view.board.sessionId} from={dataFrom(choice, view)} value={data} onChange={setData} />
        <Refused error={error} what="The data" />
        <FormEnd label="Fork" confirm="fork" isDanger={false} busy={busy} onClose={onClose} />
      </form>
    </Dialog>
  );
}

/** What the last finished phase has returned, to be changed before the fork goes on with it. */
function EditedData({
  id,
  from,
  value,
  onChange,
}: {
  id: string;
  from: string | null;
  value: string | null;
  onChange: (value: string | null) => void;
}) {
  const begin = async (): Promise<void> => {
    onChange('');
    const found = from === null ? null : await api.checkpoint(id, from).catch(() => null);
    // A text of which only the beginning was told is no JSON any more.
    if (found?.data && !found.data.isCut) onChange(found.data.text);
  };
  return (
    <>
      <label class="choice">
        <input
          type="checkbox"
          name="with-data"
          checked={value !== null}
          onChange={({ currentTarget }) => (currentTarget.checked ? void begin() : onChange(null))}
        />
        <span>
          <b>Other data</b>{' '}
          <span class="quiet">in the place of what the last finished phase has returned</span>
        </span>
      </label>
      {value !== null && (
        <label class="field">
          <span>
            Data <span class="quiet">(JSON)</span>
          </span>
          <textarea
            name="data"
            class="code-field"
            rows={8}
            required
            spellcheck={false}
            value={value}
            onInput={(event) => onChange(event.currentTarget.value)}
          />
        </label>
      )}
    </>
  );
}

function valueOf(from: ForkFrom): string {
  if (from === null) return newest;
  return 'checkpoint' in from ? from.checkpoint : `@${from.position}`;
}

function choicesOf({ checkpoints }: EpisodeView, from: ForkFrom): Option[] {
  const known = checkpoints
    .filter(({ resumes }) => resumes !== null)
    .toSorted((a, b) => (a.savedAt < b.savedAt ? 1 : -1))
    .map(({ name, resumes }) => ({ value: name, title: name, note: `goes on at ${resumes}` }));
  const here =
    from !== null && 'position' in from
      ? [{ value: valueOf(from), title: 'This moment', note: moment(from.at) }]
      : [];
  return [
    ...here,
    { value: newest, title: 'What is finished', note: 'all of it, and what was paid for since' },
    ...known,
  ];
}

/** The checkpoint that has the data of the last phase that the fork keeps; null where nobody can tell before. */
function dataFrom(choice: string, { checkpoints }: EpisodeView): string | null {
  const resumes = checkpoints.find(({ name }) => name === choice)?.resumes;
  const before = resumes ? phases[phases.indexOf(resumes) - 1] : undefined;
  return before === undefined ? null : `${before}_complete`;
}

/** @throws SyntaxError when the data is no JSON. */
function forkOf(choice: string, topic: string, data: string | null): Fork {
  const from = choice.startsWith('@') ? { position: Number(choice.slice(1)) } : { checkpointName: choice };
  return {
    action: 'fork',
    ...(choice === newest ? {} : from),
    ...(topic.trim() === '' ? {} : { topic: topic.trim() }),
    ...(data === null ? {} : { data: JSON.parse(data) as unknown }),
  };
}
