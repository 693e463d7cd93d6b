import { useState } from 'preact/hooks';
import type { EpisodeView, StudioAction } from '../../api.js';
import { actionNames } from '../format.js';
import type { EpisodeFeed } from '../live/episode-feed.js';
import { Dialog } from '../parts/dialog.js';
import { FormEnd } from '../parts/form-end.js';
import { Refused } from '../parts/refused.js';
import { Amount, Choice, Reason } from './fields.js';
import { actionOf, asks, consequenceOf, doneOf, fieldsOf, type Filled } from './forms.js';
import { useAct } from './use-act.js';
import type { PhaseName } from '../../../../machines/phase-names.js';

interface Props {
  action: StudioAction['action'];
  /** For `recover`: the phase that was chosen in the plan. */
  at?: PhaseName;
  view: EpisodeView;
  feed: EpisodeFeed;
  onClose: () => void;
}

/** Says what will happen, takes what is needed for it, and does it once it is confirmed. */
export function ActionDialog({ action, at, view, feed, onClose }: Props) {
  const fields = fieldsOf(action, view);
  const [filled, fill] = useState<Filled>({
    reason: '',
    amount: '',
    choice: at ?? fields.choice ?? fields.choices[0]?.value ?? '',
    judged: view.judged,
  });
  const { busy, error, act } = useAct(view, feed, onClose);
  const confirm = (event: SubmitEvent): void =>
    act(
      event,
      () => actionOf(action, filled),
      (after) => doneOf(action, after),
    );

  return (
    <Dialog title={asks[action]} onClose={onClose}>
      <form class="form" onSubmit={confirm}>
        <p>{consequenceOf(action, view)}</p>
        {fields.choices.length > 0 && (
          <Choice
            name={fields.choiceName}
            choices={fields.choices}
            value={filled.choice}
            onChange={(choice) => fill({ ...filled, choice })}
          />
        )}
        {fields.amount && <Amount value={filled.amount} onChange={(amount) => fill({ ...filled, amount })} />}
        {fields.reason !== 'none' && (
          <Reason
            required={fields.reason === 'required'}
            value={filled.reason}
            onChange={(reason) => fill({ ...filled, reason })}
          />
        )}
        <Refused error={error} />
        <FormEnd
          label={actionNames[action]}
          confirm={action}
          isDanger={action === 'cancel' || action === 'reject'}
          busy={busy}
          onClose={onClose}
        />
      </form>
    </Dialog>
  );
}
