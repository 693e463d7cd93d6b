import { useState } from 'preact/hooks';
import type { EpisodeView, StudioAction } from '../../api.js';
import { api, type ApiError } from '../api/client.js';
import { actionNames } from '../format.js';
import type { EpisodeFeed } from '../live/episode-feed.js';
import { asApiError, show } from '../live/studio.js';
import { announce } from '../parts/announce.js';
import { Dialog } from '../parts/dialog.js';
import { FormEnd } from '../parts/form-end.js';
import { Amount, Choice, Reason } from './fields.js';
import { actionOf, asks, consequenceOf, doneOf, fieldsOf, type Filled } from './forms.js';
import type { PhaseName } from '../../../../machines/phases.js';

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
    choice: at ?? fields.choices[0]?.value ?? '',
  });
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);

  const confirm = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const after = await api.act(view.board.sessionId, actionOf(action, filled));
      feed.take(after);
      show(after.position, after.board);
      announce(doneOf(action, after));
      onClose();
    } catch (refused) {
      setError(asApiError(refused));
      setBusy(false);
    }
  };

  return (
    <Dialog title={asks[action]} onClose={onClose}>
      <form class="form" onSubmit={(event) => void confirm(event)}>
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
        {error && (
          <p class="banner banner-bad" role="alert">
            <span>
              {error.message} <code>{error.code}</code>
            </span>
          </p>
        )}
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
