import { useState } from 'preact/hooks';
import type { EpisodeView, OperationView } from '../../api.js';
import { dollars, stateText } from '../format.js';
import type { EpisodeFeed } from '../live/episode-feed.js';
import { Dialog } from '../parts/dialog.js';
import { FormEnd } from '../parts/form-end.js';
import { Refused } from '../parts/refused.js';
import { CallFacts } from './call-facts.js';
import { Given } from './fields.js';
import { resultOf } from './held-answer.js';
import { useAct } from './use-act.js';

interface Props {
  call: OperationView;
  view: EpisodeView;
  feed: EpisodeFeed;
  onClose: () => void;
}

/** Takes what a call gave that is paid already. */
export function ResultDialog({ call, view, feed, onClose }: Props) {
  const { key, cost } = call;
  const [result, fill] = useState('');
  const { busy, error, act } = useAct(view, feed, onClose);
  const confirm = (event: SubmitEvent): void =>
    act(
      event,
      () => ({ action: 'settle', key, result: resultOf(result.trim()) }),
      (after) => `Its result is kept. The episode is now ${stateText(after.board.state)}.`,
    );
  return (
    <Dialog title="What did this call give?" onClose={onClose}>
      <form class="form" onSubmit={confirm}>
        <CallFacts call={call}>
          <dt>Paid</dt>
          <dd>{dollars(cost ?? 0)}</dd>
        </CallFacts>
        <p class="quiet">Nobody has said what it gave. Whoever asks for its key gets this.</p>
        <Given required note="Write none where the work can go on without." value={result} onChange={fill} />
        <Refused error={error} what="The result" />
        <FormEnd label="Keep the result" confirm="result" isDanger={false} busy={busy} onClose={onClose} />
      </form>
    </Dialog>
  );
}
