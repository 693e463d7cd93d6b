import { useState } from 'preact/hooks';
import type { NewEpisode } from '../../api.js';
import { api } from '../api/client.js';
import { phases } from '../format.js';
import { addressOf } from '../live/router.js';
import { show } from '../live/studio.js';
import { announce } from '../parts/announce.js';
import { Dialog } from '../parts/dialog.js';
import { FormEnd } from '../parts/form-end.js';
import { Refused } from '../parts/refused.js';
import { useDeed } from '../parts/use-deed.js';
import { Amount, Words } from './fields.js';
import type { PhaseName } from '../../../../machines/phase-names.js';

const scopes = ['total', ...phases] as const;
type Scope = (typeof scopes)[number];

interface Filled {
  topic: string;
  key: string;
  budgets: Record<Scope, string>;
  approvals: PhaseName[];
}

const nothing: Filled = {
  topic: '',
  key: '',
  budgets: { total: '', research: '', script: '', audio: '' },
  approvals: [],
};

/** Creates an episode, and says who will work on it. */
export function BeginDialog({ onClose }: { onClose: () => void }) {
  const [filled, fill] = useState(nothing);
  const { busy, error, run } = useDeed();
  const confirm = (event: SubmitEvent): void =>
    run(
      event,
      () => api.begin(episodeOf(filled)),
      ({ position, board }) => {
        show(position, board);
        announce(`Episode ${board.episodeNumber} is there. Nobody works on it yet.`);
        onClose();
        location.hash = addressOf.episode(board.sessionId);
      },
    );

  return (
    <Dialog title="A new episode" onClose={onClose}>
      <form class="form" onSubmit={confirm}>
        <Words
          name="topic"
          label="Topic"
          required
          isFirst
          value={filled.topic}
          onChange={(topic) => fill({ ...filled, topic })}
        />
        <fieldset class="choices choices-inline">
          <legend>A person approves</legend>
          {phases.map((phase) => (
            <label key={phase} class="choice">
              <input
                type="checkbox"
                name={`approve-${phase}`}
                checked={filled.approvals.includes(phase)}
                onChange={() => fill({ ...filled, approvals: toggled(filled.approvals, phase) })}
              />
              <span>{phase}</span>
            </label>
          ))}
        </fieldset>
        <details class="more">
          <summary>Budgets and key</summary>
          <div class="form">
            <div class="field-row">
              {scopes.map((scope) => (
                <Amount
                  key={scope}
                  label={scope === 'total' ? 'whole episode' : scope}
                  name={`budget-${scope}`}
                  optional
                  value={filled.budgets[scope]}
                  onChange={(amount) => fill({ ...filled, budgets: { ...filled.budgets, [scope]: amount } })}
                />
              ))}
            </div>
            <p class="quiet">What is left empty follows the production’s policy.</p>
            <Words
              name="key"
              label="Key"
              optional
              value={filled.key}
              onChange={(key) => fill({ ...filled, key })}
            />
            <p class="quiet">
              Your own name for it: the same key gives the same episode, however often it is asked for.
            </p>
          </div>
        </details>
        <p class="quiet">
          This makes the episode and spends nothing. A crew works on it when a worker takes it, such as{' '}
          <code>showrunner work --crew ./crew.mjs</code>; the episode’s page says so until one does.
        </p>
        <Refused error={error} />
        <FormEnd label="Create the episode" confirm="begin" isDanger={false} busy={busy} onClose={onClose} />
      </form>
    </Dialog>
  );
}

function toggled(all: PhaseName[], phase: PhaseName): PhaseName[] {
  return phases.filter((each) => (each === phase) !== all.includes(each));
}

function episodeOf({ topic, key, budgets, approvals }: Filled): NewEpisode {
  const own = Object.entries(budgets).flatMap(([scope, amount]): [string, string][] => {
    const typed = amount.trim().replace(/^\$/, '');
    return typed === '' ? [] : [[scope, typed]];
  });
  return {
    topic: topic.trim(),
    ...(key.trim() === '' ? {} : { key: key.trim() }),
    ...(own.length === 0 ? {} : { budgets: Object.fromEntries(own) }),
    ...(approvals.length === 0 ? {} : { approvals }),
  };
}
