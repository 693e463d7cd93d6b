import { useState } from 'preact/hooks';
import type { EpisodeView, OperationView } from '../../api.js';
import { dollars } from '../format.js';
import type { EpisodeFeed } from '../live/episode-feed.js';
import { Dialog } from '../parts/dialog.js';
import { FormEnd } from '../parts/form-end.js';
import { Refused } from '../parts/refused.js';
import { CallFacts } from './call-facts.js';
import { Amount, Reason } from './fields.js';
import { useAct } from './use-act.js';

interface Props {
  call: OperationView;
  view: EpisodeView;
  feed: EpisodeFeed;
  onClose: () => void;
}

/** Takes what a call did cost in truth, and why: the books say both. */
export function CorrectDialog({ call, view, feed, onClose }: Props) {
  const [cost, setCost] = useState('');
  const [reason, setReason] = useState('');
  const { busy, error, act } = useAct(view, feed, onClose);
  const { key, name, estimated } = call;
  const confirm = (event: SubmitEvent): void =>
    act(
      event,
      () => ({ action: 'correct', key, cost: cost.trim().replace(/^\$/, ''), reason: reason.trim() }),
      () => `${name} corrected.`,
    );
  return (
    <Dialog title="What did this call cost?" onClose={onClose}>
      <form class="form" onSubmit={confirm}>
        <CallFacts call={call}>
          <dt>In the books</dt>
          <dd>
            {dollars(call.cost ?? 0)}
            {estimated && ', its reservation: nobody said what it cost'}
          </dd>
        </CallFacts>
        <Amount label="It did cost" value={cost} onChange={setCost} />
        <Reason required value={reason} onChange={setReason} />
        <p class="quiet">
          The difference moves on the phase, the episode and the day of the call. Both amounts stay on record.
        </p>
        <Refused error={error} />
        <FormEnd label="Correct" confirm="correct" isDanger={false} busy={busy} onClose={onClose} />
      </form>
    </Dialog>
  );
}
