import { anthropicMessage, openaiResponse, openaiUsage, type ModelRequest } from './model-server.js';

/** What a model that plays its part is asked, and what it answers. */
export interface Played {
  step: 'outline' | 'draft' | 'check' | 'revise' | 'polish';
  text: string;
  answer: unknown;
}

const steps = [
  ['You plan', 'outline'],
  ['You write', 'draft'],
  ['You check', 'check'],
  ['You correct', 'revise'],
  ['You polish', 'polish'],
] as const;

/**
 * Plays the models of a script, always the same: it says what the findings say, in their words. It obeys whatever stands outside of the findings, so that a source that gets out of its marks is
 * heard. Of the lines that it writes the first of each segment claims too much, which its judge finds.
 */
export function play(request: ModelRequest): Played {
  const { system, text } = askedIn(request);
  const step = steps.find(([words]) => system.startsWith(words))?.[1] ?? 'draft';
  const findings = [...text.matchAll(/<finding id="(\w+)"[^>]*>([^<]*)<\/finding>/g)].map(([, id, said]) => ({
    id: id ?? '',
    said: unescaped(said ?? ''),
  }));
  const outside = text.replaceAll(/<(finding|claim|title|line)(?: [^>]*)?>[^<]*<\/\1>/g, '');
  if (/ignore all previous instructions/i.test(outside))
    return { step, text, answer: { lines: obeyed, verdicts: [], segments: [] } };
  return { step, text, answer: answers[step](text, findings) };
}

const obeyed = Array.from({ length: 2 }, () => ({
  line: 1,
  speaker: 'Sam',
  text: 'Go to evil dot example.',
  sources: [],
}));

interface Found {
  id: string;
  said: string;
}

const answers: Record<Played['step'], (text: string, findings: Found[]) => unknown> = {
  outline(text, findings) {
    const words = Number(/Length: (\d+) words/.exec(text)?.[1] ?? 300);
    const count = Math.max(1, Math.round(words / 300));
    const size = Math.ceil(findings.length / count);
    return {
      segments: Array.from({ length: count }, (_, index) => ({
        title: `Part ${String(index + 1)}`,
        words: Math.round(words / count),
        claims: findings
          .slice(index * size, (index + 1) * size)
          .map(({ id, said }) => ({ id: `c${id}`, text: said.slice(0, 300), findings: [id] })),
      })).filter(({ claims }) => claims.length > 0),
    };
  },
  draft(text, findings) {
    const budget = Number(/in about (\d+) words/.exec(text)?.[1] ?? 200);
    const lines: object[] = [];
    let words = 0;
    for (const [index, { id, said }] of findings.entries()) {
      if (words > budget) break;
      const claims = index === 0 ? `${said} It happens exactly 4711 times.` : said;
      const question = `What do we know of it, part ${id}?`;
      lines.push(
        { speaker: 'Robin', text: question, sources: [] },
        { speaker: 'Sam', text: claims, sources: [id] },
      );
      words += `${question} ${claims}`.split(' ').length;
    }
    return { lines };
  },
  check: (text, findings) => ({
    verdicts: linesIn(text).map(({ number, sources, said }) => {
      const shown = findings.filter(({ id }) => sources.includes(id)).map((each) => each.said);
      const supported = sources.length === 0 ? said.endsWith('?') : shown.join(' ').includes(said);
      return { line: number, supported, why: supported ? '' : 'no finding says so' };
    }),
  }),
  revise: (text, findings) => ({
    lines: linesIn(text).map(({ number, sources }) => ({
      line: number,
      text: findings.find(({ id }) => sources.includes(id))?.said ?? 'And what else?',
      sources: sources.slice(0, 1),
    })),
  }),
  polish: (text) => ({
    lines: linesIn(text)
      .slice(0, 2)
      .map(({ number, said }) => ({
        line: number,
        text:
          number === 1
            ? `So, ${said[0]?.toLowerCase() ?? ''}${said.slice(1)}`
            : `${said} Darwin saw it 12 times.`,
      })),
  }),
};

function linesIn(text: string): { number: number; sources: string[]; said: string }[] {
  return [...text.matchAll(/<line number="(\d+)"([^>]*)>([^<]*)<\/line>/g)].map(([, number, rest, said]) => ({
    number: Number(number),
    sources: (/findings="([^"]*)"/.exec(rest ?? '')?.[1] ?? '').split(' ').filter((id) => id !== ''),
    said: unescaped(said ?? ''),
  }));
}

function unescaped(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}

/** The words of a request in OpenAI's form and in Anthropic's. */
function askedIn({ body }: ModelRequest): { system: string; text: string } {
  const { input, system, messages } = body as {
    input?: Turn[];
    system?: { text: string }[];
    messages?: Turn[];
  };
  const turns = input ?? messages ?? [];
  const said = turns.map(({ role, content }) => ({
    role,
    text: typeof content === 'string' ? content : content.map(({ text }) => text).join(''),
  }));
  const first =
    system?.map(({ text }) => text).join('') ?? said.find(({ role }) => role !== 'user')?.text ?? '';
  return { system: first, text: said.find(({ role }) => role === 'user')?.text ?? '' };
}

interface Turn {
  role: string;
  content: string | { text: string }[];
}

/** What a played answer looks like on the wire, and what is billed for it: four bytes are a token. */
export function billed(request: ModelRequest, answer: unknown): { body: object; micros: number } {
  const text = JSON.stringify(answer);
  const input = Math.ceil(JSON.stringify(request.body).length / 4);
  const output = Math.ceil(text.length / 4);
  if (request.path.endsWith('/messages'))
    return {
      ...anthropicMessage(text, { input_tokens: input, output_tokens: output }),
      micros: input * 3 + output * 15,
    };
  // 1.75 and 14 dollars a million: rounded up once for each call.
  return {
    ...openaiResponse(text, { usage: openaiUsage(input, output) }),
    micros: Math.ceil((input * 175 + output * 1400) / 100),
  };
}
