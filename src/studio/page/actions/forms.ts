import type { PhaseName } from '../../../../machines/phase-names.js';
import type { EpisodeView, StudioAction } from '../../api.js';
import { dollars, expected, phases, stateText } from '../format.js';

/** What a person has filled in, whichever of it the action needs. */
export interface Filled {
  reason: string;
  /** Decimal dollars, as typed. */
  amount: string;
  choice: string;
  /** What was shown when the window was opened. */
  judged: string | null;
}

export interface Option {
  value: string;
  title: string;
  note: string;
}

export interface Fields {
  reason: 'none' | 'optional' | 'required';
  amount: boolean;
  choiceName: string;
  choices: Option[];
  /** The choice that is offered first; the first of them where it is not named. */
  choice?: string;
}

type Name = StudioAction['action'];

export const asks: Record<Name, string> = {
  approve: 'Approve this work?',
  reject: 'Send this work back?',
  pause: 'Pause this phase?',
  resume: 'Resume this phase?',
  recover: 'Recover this episode?',
  raiseBudget: 'Raise a budget?',
  cancel: 'Cancel this episode?',
  archive: 'Archive this episode?',
  unarchive: 'Bring this episode back?',
};

const reasons: Record<Name, Fields['reason']> = {
  approve: 'optional',
  reject: 'required',
  pause: 'optional',
  resume: 'none',
  recover: 'none',
  raiseBudget: 'required',
  cancel: 'required',
  archive: 'optional',
  unarchive: 'optional',
};

export function fieldsOf(action: Name, view: EpisodeView): Fields {
  const none = { reason: reasons[action], amount: action === 'raiseBudget', choiceName: '', choices: [] };
  if (action === 'recover')
    return { ...none, choiceName: 'Go on from', choices: (view.recovery?.options ?? []).map(recoveryChoice) };
  return action === 'raiseBudget'
    ? {
        ...none,
        choiceName: 'Which budget',
        choices: budgetChoices(view),
        ...(view.board.needs.some(({ need }) => need === 'daily_stop') ? { choice: 'day' } : {}),
      }
    : none;
}

function recoveryChoice({
  phase,
  keeps,
  expectedCost,
  left,
}: NonNullable<EpisodeView['recovery']>['options'][number]): Option {
  return {
    value: phase,
    title: phase,
    note: `${keeps.length > 0 ? `keeps ${keeps.join(', ')}` : 'keeps nothing'}; ${expected(expectedCost)} of ${dollars(left)} left`,
  };
}

function budgetChoices({ board }: EpisodeView): Option[] {
  const each = phases.map((phase) => {
    const { spent, budget } = board.phases[phase];
    return {
      value: phase,
      title: phase,
      note: budget === null ? `${dollars(spent)} spent` : `${dollars(spent)} of ${dollars(budget)} spent`,
    };
  });
  return [
    {
      value: 'total',
      title: 'whole episode',
      note: `${dollars(board.spent)} of ${dollars(board.budget)} spent`,
    },
    ...each,
    { value: 'day', title: 'today', note: 'for all episodes of the production, until the day ends' },
  ];
}

/** What confirming leads to, in a sentence. */
export function consequenceOf(action: Name, { board }: EpisodeView): string {
  const phase = board.state.split('.')[0] ?? '';
  switch (action) {
    case 'approve':
      return `The ${phase} work counts as finished, and the next phase may start.`;
    case 'reject':
      return `${phase} becomes active again, and its worker is told your reason.`;
    case 'pause':
      return `Nothing new is paid for in ${phase} until someone resumes it. Calls under way are still settled.`;
    case 'resume':
      return `${phase} becomes active again, and may pay for calls.`;
    case 'recover':
      return 'The episode leaves “failed”. What was spent stays spent; a finished phase that is kept is not paid for again.';
    case 'raiseBudget':
      return 'The amount is added to the budget, with your reason, for good. A budget is never lowered.';
    case 'cancel':
      return 'The episode stops and fails as cancelled. What was spent stays spent.';
    case 'archive':
      return 'The episode is put away. What was still to be paid lands there, and it can be brought back.';
    case 'unarchive':
      return 'The episode is complete or failed again, as it was put away; a failed one can be recovered.';
  }
}

/** The action as the server takes it. */
export function actionOf(action: Name, { reason, amount, choice, judged: of }: Filled): StudioAction {
  const why = reason.trim();
  switch (action) {
    case 'resume':
      return { action };
    case 'recover':
      return choice === '' ? { action } : { action, phase: choice as PhaseName };
    case 'raiseBudget':
      return {
        action,
        scope: choice as PhaseName | 'total' | 'day',
        amount: amount.trim().replace(/^\$/, ''),
        reason: why,
      };
    case 'approve':
      return why === '' ? { action, of } : { action, of, reason: why };
    case 'reject':
      return { action, of, reason: why };
    case 'cancel':
      return { action, reason: why };
    default:
      return why === '' ? { action } : { action, reason: why };
  }
}

const done: Record<Name, string> = {
  approve: 'Approved',
  reject: 'Sent back',
  pause: 'Paused',
  resume: 'Resumed',
  recover: 'Recovered',
  raiseBudget: 'Budget raised',
  cancel: 'Cancelled',
  archive: 'Archived',
  unarchive: 'Brought back',
};

export function doneOf(action: Name, { board }: EpisodeView): string {
  return `${done[action]}. The episode is now ${stateText(board.state)}.`;
}
