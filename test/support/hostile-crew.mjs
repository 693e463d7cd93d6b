import { readFileSync } from 'node:fs';

// What a crew can say and name, said and named to harm: the texts come in a file that SHOWRUNNER_HOSTILE names.
const texts = JSON.parse(readFileSync(process.env.SHOWRUNNER_HOSTILE, 'utf8'));
const keys = texts.filter((text) => /^[\x21-\x7e][\x20-\x7e]{0,199}$/.test(text));

export default {
  async research(context) {
    for (const text of texts) context.progress(0.1, text);
    for (const text of texts) context.progress(texts.indexOf(text) / texts.length, text);
    await context.writeArtifact('notes.md', texts.join('\n'));
    return Object.fromEntries(texts.map((text) => [text, text]));
  },
  async script(context) {
    let last;
    // Each is left held: nobody knows whether it was sent.
    for (const key of keys)
      await context
        .operation('ask', { key, maxCost: '0.01' }, () => {
          throw Object.assign(new Error(texts.join('\n')), { code: 'ECONNRESET' });
        })
        .catch((error) => (last = error));
    throw last;
  },
  async audio() {},
};
