import { useState } from 'preact/hooks';
import type { EpisodeView, OperationView } from '../../api.js';
import { dollars, stateText } from '../format.js';
import type { EpisodeFeed } from '../live/episode-feed.js';
import { Dialog } from '../parts/dialog.js';
import { FormEnd } from '../parts/form-end.js';
import { Refused } from '../parts/refused.js';
import { CallFacts } from './call-facts.js';
import { Amount, Choice, Given, Reason } from './fields.js';
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
            <Given
              note="Left empty, the worker that asks for it waits until somebody gives it. Write none where the work can go on without."
              value={filled.result}
              onChange={(result) => fill({ ...filled, result })}
            />
          </>
        )}
        {said === 'giveUp' && (
          <Reason required value={filled.reason} onChange={(reason) => fill({ ...filled, reason })} />
        )}
        <Refused error={error} what="The result" />
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

function Facts({ call }: { call: OperationView }) {
  const { status, reserved, heldBecause } = call;
  const isHeld = status === 'held';
  return (
    <>
      <CallFacts call={call}>
        <dt>Reserved</dt>
        <dd>{dollars(reserved)}</dd>
        <dt>{isHeld ? 'Held because' : 'Open because'}</dt>
        <dd>{heldBecause ?? (isHeld ? 'nobody knows its outcome' : 'nobody has settled or released it')}</dd>
      </CallFacts>
      <p class="quiet">
        It is not made again by itself: when the work goes on its crew’s rule decides, and without one a
        person does. Look the key up at the provider.
      </p>
    </>
  );
}
