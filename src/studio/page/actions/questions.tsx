import { useState } from 'preact/hooks';
import type { EpisodeView } from '../../api.js';
import { moment, stateText } from '../format.js';
import type { EpisodeFeed } from '../live/episode-feed.js';
import { Dialog } from '../parts/dialog.js';
import { FormEnd } from '../parts/form-end.js';
import { Refused } from '../parts/refused.js';
import { Choice } from './fields.js';
import { useAct } from './use-act.js';
import { jsonOrWords } from './held-answer.js';

type Operation = EpisodeView['snapshot']['context']['operations'][string];
type Question = NonNullable<Operation['question']>;

interface Asked {
  key: string;
  phase: string;
  question: Question;
}

/** A button for each question that a worker has asked. */
export function Questions({ view, feed }: { view: EpisodeView; feed: EpisodeFeed }) {
  const [chosen, choose] = useState<string | null>(null);
  const all = Object.entries(view.snapshot.context.operations).flatMap(
    ([key, { phase, question }]): Asked[] => (question ? [{ key, phase, question }] : []),
  );
  const asked = all.find(({ key }) => key === chosen);
  return (
    <span class="held-calls">
      {all.map(({ key }) => (
        <button
          key={key}
          type="button"
          class="button button-main"
          data-question={key}
          onClick={() => choose(key)}
        >
          Answer{all.length > 1 ? ` ${key}` : ''}…
        </button>
      ))}
      {asked && <QuestionDialog asked={asked} view={view} feed={feed} onClose={() => choose(null)} />}
    </span>
  );
}

interface Props {
  asked: Asked;
  view: EpisodeView;
  feed: EpisodeFeed;
  onClose: () => void;
}

function QuestionDialog({ asked: { key, phase, question }, view, feed, onClose }: Props) {
  const { choices } = question;
  const [text, fill] = useState(choices?.[0] ?? '');
  const { busy, error, act } = useAct(view, feed, onClose);
  const confirm = (event: SubmitEvent): void =>
    act(
      event,
      () => ({ action: 'answer', key, answer: choices ? text : jsonOrWords(text.trim()) }),
      (after) => `Answered. The episode is now ${stateText(after.board.state)}.`,
    );

  return (
    <Dialog title={`The ${phase} worker asks`} onClose={onClose}>
      <form class="form" onSubmit={confirm}>
        <p>{question.text}</p>
        {question.deadline !== undefined && (
          <p class="quiet">
            Until {moment(question.deadline)}
            {question.default !== undefined && `; then it is ${JSON.stringify(question.default)}`}.
          </p>
        )}
        {choices ? (
          <Choice
            name="Your answer"
            choices={choices.map((choice) => ({ value: choice, title: choice, note: '' }))}
            value={text}
            onChange={fill}
          />
        ) : (
          <label class="field">
            <span>
              Your answer <span class="quiet">(JSON or text)</span>
            </span>
            <textarea
              name="answer"
              rows={3}
              required
              value={text}
              onInput={(event) => fill(event.currentTarget.value)}
            />
          </label>
        )}
        <Refused error={error} what="The answer" />
        <FormEnd label="Answer" confirm="question" isDanger={false} busy={busy} onClose={onClose} />
      </form>
    </Dialog>
  );
}
