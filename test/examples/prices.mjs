// What gpt-5.2 costs here, in micro-dollars a token: take yours from your provider's page.
const input = 1.25;
const output = 10;

/** A request's bytes are never fewer than its tokens; what the model may write at most stands in it. */
export function maxCost({ body }) {
  const { max_completion_tokens: most = 1000 } = JSON.parse(body);
  return dollars(Buffer.byteLength(body) * input + most * output);
}

/** Of an answer, or of a stream that has ended: its last chunk says it. */
export function cost({ bytes }) {
  const said =
    new TextDecoder()
      .decode(bytes)
      .match(/"usage":\{[^{}]*/g)
      ?.at(-1) ?? '';
  const tokens = (name) => Number(new RegExp(`"${name}":(\\d+)`).exec(said)?.[1]);
  const paid = tokens('prompt_tokens') * input + tokens('completion_tokens') * output;
  return Number.isNaN(paid) ? undefined : dollars(paid);
}

const dollars = (micros) => (Math.ceil(micros) / 1e6).toFixed(6);
