import * as z from 'zod';
import { meteredAndStored, type KeptAnswer } from '../metering/metered.js';
import { textOf, type CallParams, type MeterableModel } from '../metering/model-shapes.js';
import type { StoredAnswers } from '../metering/stored-answers.js';
import type { PriceTable } from '../prices/price-table.js';
import type { PhaseContext } from '../../port.js';
import { aboutData, type PromptName, type Prompts } from './prompts.js';

/** The models that write and check, and what they are paid by. */
export interface Models {
  script: MeterableModel;
  judge: MeterableModel;
  /** Under which names the tables have them. */
  providers: { script: string; judge: string };
  /** Of those whose providers keep their answers. */
  stored?: { script?: StoredAnswers | undefined; judge?: StoredAnswers | undefined } | undefined;
  prices: PriceTable | undefined;
}

/** One step of the script: what is asked, and in what form it is answered. */
export interface Question<Schema extends z.ZodType> {
  step: PromptName;
  text: string;
  schema: Schema;
  /** For the answer; what a model thinks before it has a share of its own. */
  outputTokens: number;
  /** What else has to hold; the reason where it does not. */
  refuse?: ((answer: z.infer<Schema>) => string | undefined) | undefined;
}

export type Ask = <Schema extends z.ZodType>(question: Question<Schema>) => Promise<z.infer<Schema>>;

/** What models of reasoning may think before they answer: it is billed as output. */
const reasoningTokens = 8000;

/** Asks the models, each question as one operation that its content names: what was answered is not paid again after a crash. */
export function writers(context: PhaseContext, models: Models, prompts: Prompts): Ask {
  return async ({ step, text, schema, outputTokens, refuse }) => {
    const by = step === 'check' ? 'judge' : 'script';
    const form = formOf(schema);
    const read = (answer: string): { value?: z.infer<typeof schema>; why?: string | undefined } => {
      const parsed = schema.safeParse(JSON.parse(answer));
      return parsed.success
        ? { value: parsed.data, why: refuse?.(parsed.data) }
        : { why: z.prettifyError(parsed.error).slice(0, 500) };
    };
    const meter = {
      operation: context.operation,
      name: step,
      provider: models.providers[by],
      prices: models.prices,
      refuse: (answer: string) => read(answer).why,
    };
    const model = meteredAndStored(models[by], meter, models.stored?.[by]);
    const system = `${prompts[step].text}\n\n${aboutData}\n\nAnswer with JSON of this form: ${JSON.stringify(form)}`;
    const params: CallParams = {
      prompt: [
        { role: 'system', content: system },
        { role: 'user', content: [{ type: 'text', text }] },
      ],
      maxOutputTokens: outputTokens + reasoningTokens,
      responseFormat: { type: 'json', schema: form },
    };
    const answer = await (model.doGenerate as (params: CallParams) => PromiseLike<KeptAnswer>)(params);
    return read(textOf(answer)).value as z.infer<typeof schema>;
  };
}

/** Bounds that strict answers of some providers do not know (OpenAI, "Structured outputs"; from memory of November 2026: to leave them out asks for less): they are looked at here. */
const bounds =
  /^(?:\$schema|minLength|maxLength|minItems|maxItems|minimum|maximum|exclusiveMinimum|exclusiveMaximum)$/;

function formOf(schema: z.ZodType): unknown {
  return JSON.parse(
    JSON.stringify(z.toJSONSchema(schema), (key, value: unknown) => (bounds.test(key) ? undefined : value)),
  );
}
