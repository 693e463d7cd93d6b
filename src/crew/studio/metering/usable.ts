import { UnusableAnswer } from '../unusable-answer.js';
import type { Charge } from '../types.js';
import { finishOf, textOf, type Answer, type CallParams } from './model-shapes.js';
import { repairJson } from './repair-json.js';

/** Why a text cannot be used; undefined where it can. */
export type Refuse = ((text: string) => string | undefined) | undefined;

/**
 * The answer as it can be used, JSON repaired where it was asked for. Every answer is billed, so what cannot be used says what it cost.
 * @throws UnusableAnswer for a refusal, for nothing, and for JSON that is cut or none.
 */
export function usableAnswer(answer: Answer, params: CallParams, charge: Charge, refuse: Refuse): Answer {
  const finish = finishOf(answer);
  if (finish === 'content-filter')
    throw new UnusableAnswer('content_filtered', 'the model refused to answer (content filter)', charge);
  const text = textOf(answer);
  const isCalling = answer.content.some(({ type }) => type === 'tool-call' || type === 'file');
  if (text.trim() === '' && !isCalling)
    throw new UnusableAnswer(
      'invalid_output',
      `the model answered nothing (it ended with ${finish})`,
      charge,
    );
  if (text.trim() === '') return answer;
  if (params.responseFormat?.type !== 'json') return accepted(answer, text, charge, refuse);
  const json = repairJson(text);
  if (json === undefined) {
    const why = finish === 'length' ? 'was cut off at its longest' : 'is no JSON';
    throw new UnusableAnswer('invalid_output', `the model's answer ${why}, and JSON was asked for`, charge);
  }
  return accepted(
    json === text ? answer : { ...answer, content: withText(answer, json) },
    json,
    charge,
    refuse,
  );
}

function accepted(answer: Answer, text: string, charge: Charge, refuse: Refuse): Answer {
  const why = refuse?.(text);
  if (why === undefined) return answer;
  throw new UnusableAnswer('invalid_output', `the model's answer cannot be used: ${why}`, charge);
}

/** The repaired text in the place of the first; every other part stays. */
function withText({ content }: Answer, text: string): Answer['content'] {
  const first = content.findIndex(({ type }) => type === 'text');
  return content.flatMap((part, index) =>
    part.type !== 'text' ? part : index === first ? { ...part, text } : [],
  );
}
