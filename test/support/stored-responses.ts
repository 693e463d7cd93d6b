import type { ModelRequest, Reply } from './model-server.js';

/**
 * OpenAI's responses in the background (developers.openai.com/docs/guides/background, a stored copy, read on 29 November 2026): what is asked with `background: true` is answered at once with an id, and the
 * response is had by `GET /v1/responses/{id}` when it is over.
 */
export class StoredResponses {
  readonly #answers = new Map<string, { looks: number; body: object }>();

  /** Begins one that is over after so many looks. */
  begin(body: object, looks = 1): { body: object } {
    const id = `resp_background_${String(this.#answers.size + 1)}`;
    this.#answers.set(id, { looks, body: { ...body, id } });
    return { body: unfinished(id, 'queued') };
  }

  look({ path }: ModelRequest): Reply {
    const id = path.split('/').at(-1) ?? '';
    const answer = this.#answers.get(id);
    if (!answer)
      return {
        body: { error: { message: `Response with id '${id}' not found.`, type: 'invalid_request_error' } },
        status: 404,
      };
    answer.looks -= 1;
    return { body: answer.looks < 0 ? answer.body : unfinished(id, 'in_progress') };
  }

  /** As after the ten minutes for which it is kept. */
  forget(): void {
    this.#answers.clear();
  }
}

export function isInBackground({ body }: ModelRequest): boolean {
  return body['background'] === true;
}

export function isLook({ method, path }: ModelRequest): boolean {
  return method === 'GET' && /\/responses\/resp_/.test(path);
}

function unfinished(id: string, status: string): object {
  return { id, object: 'response', status, background: true, error: null, output: [], usage: null };
}
