import { readFileSync } from 'node:fs';

// A crew that lets out secrets wherever it can say anything. They come in a file that SHOWRUNNER_PLANTED names.
const secrets = JSON.parse(readFileSync(process.env.SHOWRUNNER_PLANTED, 'utf8'));
const all = secrets.join(' ');
let tries = 0;

export default {
  async research(context) {
    for (const [index, secret] of secrets.entries())
      context.progress(index / secrets.length, `using ${secret}`);
    await context.operation('ask', { key: 'asked', maxCost: '0.10' }, async () => ({
      result: { secrets, said: all },
      cost: '0.01',
    }));
    await context.operation('ask', { key: 'large', maxCost: '0.10' }, async () => ({
      result: { all: all.repeat(100) },
      cost: '0.01',
    }));
    for (const secret of secrets)
      await context
        .operation('ask', { key: secret, maxCost: '0.10' }, async () => ({ cost: '0.01' }))
        .catch(() => {});
    return { secrets, all: all.repeat(100) };
  },
  async script(context) {
    tries += 1;
    return context.operation('write', { key: `write-${tries}`, maxCost: '0.10' }, () => {
      throw Object.assign(new Error(`401 Incorrect API key provided: ${all}`), {
        status: 401,
        cause: new Error(all),
      });
    });
  },
  async audio() {},
};
