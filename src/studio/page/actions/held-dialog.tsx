import { useState } from 'preact/hooks';
import type { EpisodeView, OperationView } from '../../api.js';
import { dollars, moment, stateText } from '../format.js';
import type { EpisodeFeed } from '../live/episode-feed.js';
import { asApiError } from '../live/studio.js';
import { Dialog } from '../parts/dialog.js';
import { FormEnd } from '../parts/form-end.js';
import { Amount, Choice, Reason } from './fields.js';
import { useAct } from './use-act.js';
import { answerOf, answered, answers, type FilledAnswer, type Said } from './held-answer.js';

interface Props {
  call: OperationView;
  view: EpisodeView;
  feed: EpisodeFeed;
  onClose: () => void;
}

const choices = Object.entries(answers).map(([value, words]) => ({ value, ...words }));

/** Says what was called and why nobody knows its outcome, and takes a person's answer. */
export function HeldDialog({ call, view, feed, onClose }: Props) {
  const [filled, fill] = useState<FilledAnswer>({ said: 'happened', cost: '', result: '', reason: '' });
  const { busy, error, act } = useAct(view, feed, onClose);
  const { said } = filled;
  const confirm = (event: SubmitEvent): void =>
    act(
      event,
      () => answerOf(call.key, filled),
      (after) => `${answered[said]}. The episode is now ${stateText(after.board.state)}.`,
    );

  return (
    <Dialog title="Did this call happen?" onClose={onClose}>
      <form class="form" onSubmit={confirm}>
        <Facts call={call} />
        <Choice
          name="What you found out"
          choices={choices}
          value={said}
          onChange={(value) => fill({ ...filled, said: value as Said })}
        />
        {said === 'happened' && (
          <>
            <Amount label="It did cost" value={filled.cost} onChange={(cost) => fill({ ...filled, cost })} />
            <Given value={filled.result} onChange={(result) => fill({ ...filled, result })} />
          </>
        )}
        {said === 'giveUp' && (
          <Reason required value={filled.reason} onChange={(reason) => fill({ ...filled, reason })} />
        )}
        {error !== null && (
          <p class="banner banner-bad" role="alert">
            {error instanceof SyntaxError
              ? `The result is not JSON: ${error.message}`
              : asApiError(error).message}
          </p>
        )}
        <FormEnd
          label={answers[said].title}
          confirm="answer"
          isDanger={said === 'giveUp'}
          busy={busy}
          onClose={onClose}
        />
      </form>
    </Dialog>
  );
}

function Facts({ call: { name, phase, key, startedAt, reserved, heldBecause } }: { call: OperationView }) {
  return (
    <>
      <dl class="facts">
        <dt>Called</dt>
        <dd>
          {name} in {phase}
        </dd>
        <dt>When</dt>
        <dd>{moment(startedAt)}</dd>
        <dt>Key</dt>
        <dd>
          <code>{key}</code>
        </dd>
        <dt>Reserved</dt>
        <dd>{dollars(reserved)}</dd>
        <dt>Held because</dt>
        <dd>{heldBecause ?? 'nobody knows its outcome'}</dd>
      </dl>
      <p class="quiet">
        It is not made again by itself: when the work goes on its crew’s rule decides, and without one a
        person does. Look the key up at the provider.
      </p>
    </>
  );
}

function Given({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  return (
    <label class="field">
      <span>
        Result <span class="quiet">(JSON or text)</span>
      </span>
      <textarea
        name="result"
        rows={3}
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      <span class="quiet">
        Left empty, the worker that asks for it waits until somebody gives it. Write none where the work can
        go on without.
      </span>
    </label>
  );
}
