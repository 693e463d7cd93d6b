import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { filled, pages, samples } from './given.mjs';
import { inShell } from './in-shell.mjs';
import { readPage, typedIn } from './page.mjs';
import { linesOf, unlike } from './shape.mjs';

/** How a command of a sentence may end, which speaks of no episode in particular: done, or refused as the episode stands. */
const understood = new Set([0, 3, 4, 5, 6]);
const id = /ep_\d{3}_\d{8}_\d{6}(?:_[0-9a-f]+)?/g;

/**
 * Does what a page says, in order, in a folder in which nothing was done before: blocks there, commands of its sentences in a copy of it as it then stands.
 * Gives what was wrong, and how much was run, was of the clone, and was not run for what reason.
 */
export async function runPage(given) {
  const run = new PageRun(given);
  await run.all();
  return run;
}

class PageRun {
  ran = 0;
  clone = 0;
  notRun = [];
  problems = [];
  /** What each block shows, and what appeared. */
  appeared = [];
  #ids = new Map();
  #used = new Set();

  constructor({ base, installed, page, names, scripts }) {
    Object.assign(this, { base, installed, page, names, scripts });
    this.folder = join(base, 'pages', page.replaceAll('/', '-'));
    this.given = { first: [], rows: [], files: {}, ...pages[page] };
  }

  async all() {
    mkdirSync(this.folder, { recursive: true });
    for (const [name, text] of Object.entries({ ...samples, ...this.given.files })) {
      mkdirSync(dirname(join(this.folder, name)), { recursive: true });
      writeFileSync(join(this.folder, name), text, { mode: 0o755 });
    }
    for (const command of this.given.first) await this.#type(command, { line: 0 });
    for (const deed of readPage(this.installed, this.page, this.names))
      await (deed.kind === 'said' ? this.#say(deed) : this.#block(deed));
    for (const row of this.given.rows)
      if (!this.#used.has(row)) this.#wrong(0, `nothing has ${JSON.stringify(row[0])} any more (given.mjs)`);
  }

  #wrong(line, what, text = '') {
    const beginning = linesOf(text)
      .slice(0, 12)
      .map((each) => `\n    | ${each}`);
    this.problems.push(`${this.page}:${line}: ${what}${beginning.join('')}`);
  }

  #rowFor(text, line) {
    const row = this.given.rows.find(([part]) => text.includes(part));
    if (row) this.#used.add(row);
    if (row?.[1].why) this.notRun.push(`${this.page}:${line}: ${row[1].why}`);
    return row?.[1] ?? {};
  }

  /** What is for the clone is run there, by .ci/run; here it has to be there. */
  #isOfClone(command, line) {
    if (!/^(?:npm (?!install)|MAKE_GOLDEN=)/.test(command)) return false;
    this.clone += 1;
    for (const [, script] of command.matchAll(/\bnpm (?:run )?(?!ci\b|run\b)([\w:]+)/g))
      if (!this.scripts[script]) this.#wrong(line, `${command}: package.json has no script ${script}`);
    return true;
  }

  async #block({ line, language, text }) {
    if (language === 'mermaid') this.notRun.push(`${this.page}:${line}: a drawing`);
    else if (language === 'sh' || (language === '' && /^(?:\$ |npm |npx |showrunner )/.test(text)))
      await this.#console(text, line);
    else await this.#written(this.#rowFor(text, line), { line, language, text });
  }

  async #console(text, line) {
    for (const { command, shown } of typedIn(text)) {
      const { why, exit = 0 } = this.#rowFor(command, line);
      if (why || this.#isOfClone(command, line)) continue;
      await this.#type(command, { line, shown, exit });
    }
  }

  async #written({ why, save, typed = [], before = '', after = '' }, { line, language, text }) {
    if (why) return;
    const name = save ?? `program-${line}.mjs`;
    if (save === undefined && !/^(?:js|ts)$/.test(language))
      return this.#wrong(line, 'nobody knows what to do with this block (given.mjs)');
    mkdirSync(dirname(join(this.folder, name)), { recursive: true });
    writeFileSync(join(this.folder, name), `${before}${text}${after}`);
    for (const command of save ? typed : [`node ${name}`]) await this.#type(command, { line });
  }

  async #say({ line, text }) {
    const { why } = this.#rowFor(text, line);
    const command = filled.reduce((all, [form, by]) => all.replaceAll(form, by), text);
    // A command that is named, with its arguments left to the reader.
    const [, name] = /^(?:npx )?showrunner ([\w-]+)$/.exec(command) ?? [];
    if (why || this.#isOfClone(command, line)) return;
    if (name !== undefined && !this.names.includes(name)) this.#wrong(line, `there is no command ${name}`);
    if (name !== undefined) return;
    const cwd = `${this.folder}-copy`;
    cpSync(this.folder, cwd, { recursive: true });
    const typed = /^(?:npx |source |showrunner )/.test(command) ? command : `showrunner ${command}`;
    const ended = await inShell({ base: this.base, cwd, command: typed });
    this.ran += 1;
    const isAmbiguous = ended.text.includes('use the full id');
    if (!understood.has(ended.code) && !isAmbiguous)
      this.#wrong(line, `${typed} ended with ${ended.code}`, ended.text);
    rmSync(cwd, { recursive: true, force: true });
  }

  async #type(command, { line, exit = 0, shown = [] }) {
    const { base, folder: cwd } = this;
    const typed = command.replaceAll(id, (shownId) => this.#ids.get(shownId) ?? shownId);
    const meanwhile = () => inShell({ base, cwd, command: 'showrunner create --topic "Something happens"' });
    const ended = await inShell({ base, cwd, command: typed, meanwhile });
    this.ran += 1;
    const told = linesOf(ended.text);
    const difference = ended.code === exit ? unlike(shown, told) : `it ended with ${ended.code}`;
    if (difference) this.#wrong(line, `${command}: ${difference}`, ended.text);
    this.#pairIds(shown, told);
    if (shown.length > 0 && !shown.includes('…'))
      this.appeared.push({ command, shown, told: this.#asShown(told) });
  }

  /** Which episode of this run each of the page's is: they come in the same order. */
  #pairIds(shown, told) {
    const ids = new Set(told.join('\n').match(id));
    const fresh = [...ids].filter((each) => ![...this.#ids.values()].includes(each));
    const named = [...new Set(shown.join('\n').match(id))].filter((each) => !this.#ids.has(each));
    for (const [index, each] of named.entries()) if (fresh[index]) this.#ids.set(each, fresh[index]);
  }

  #asShown(told) {
    const user = userInfo().username;
    return told.map((line) =>
      [...this.#ids]
        .reduce((text, [named, each]) => text.replaceAll(each, named), line)
        .replaceAll(user, 'ada'),
    );
  }
}
