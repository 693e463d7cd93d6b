import { ProductionError } from '../../machines/errors.js';
import { redactor } from './redactor.js';

/** What a person can ask for by name. */
export const prompts = [
  {
    name: 'produce',
    description: 'Produce an episode from a topic.',
    arguments: [
      { name: 'number', description: "the episode's number", required: true },
      { name: 'topic', description: 'what it is about', required: true },
    ],
  },
  {
    name: 'resume',
    description: 'Go on with an episode where it stands.',
    arguments: [{ name: 'session_id', required: true }],
  },
  {
    name: 'review_money',
    description: 'What an episode has spent, what is open, and what is left.',
    arguments: [{ name: 'session_id', required: true }],
  },
];

const texts: Record<string, (given: Record<string, string>) => string> = {
  produce: ({ number, topic }) =>
    `Produce podcast episode ${number} about "${topic}" with Showrunner: create_episode, then research, script and audio in this order. Start and complete each phase with update_phase, reserve_cost before each paid call and settle_cost after it. When a phase waits for a person, use request_approval; never go around it.`,
  resume: ({ session_id: id }) =>
    `Go on with ${id}: look with get_episode at how it stands. If it has failed, recover_episode with plan true, tell me the plan, and recover it only when I agree. Operations whose outcome is unknown are mine to settle or release: name them.`,
  review_money: ({ session_id: id }) =>
    `Review the money of ${id} with get_episode, view money: spent and left for each phase, what is reserved, and each open operation. Change nothing.`,
};

/** @throws ProductionError `invalid_input`. */
export function getPrompt(name: string, given: Record<string, string>) {
  const text = Object.hasOwn(texts, name) ? texts[name] : undefined;
  const missing = prompts
    .find((prompt) => prompt.name === name)
    ?.arguments.find(({ name: argument }) => given[argument] === undefined);
  if (!text || missing)
    throw new ProductionError(
      'invalid_input',
      missing ? `${missing.name}: is missing.` : `name: there is no prompt ${name.slice(0, 40)}.`,
    );
  return {
    messages: [
      { role: 'user' as const, content: { type: 'text' as const, text: redactor.data(text(given)) } },
    ],
  };
}
