// Makes of Zod's schemas what machines/plain.ts looks at, so that a command that commits once need not have Zod make them.

/** The shapes as the text of a module; functions are named by what exports them. */
export function shapesText(shapes, exported, testTexts) {
  const names = new Map(
    Object.entries(exported).flatMap(([from, module]) =>
      Object.entries(module).map(([name, value]) => [value, { name, from }]),
    ),
  );
  const used = new Map();
  const later = [];
  const text = (value) => {
    if (value instanceof RegExp) return String(value);
    if (typeof value === 'function') return functionText(value);
    if (Array.isArray(value)) return `[${value.map(text).join(', ')}]`;
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    if (value.is === 'later') return laterText(value);
    return `{ ${Object.entries(value)
      .map(([key, inner]) => `${JSON.stringify(key)}: ${text(inner)}`)
      .join(', ')} }`;
  };
  const functionText = (test) => {
    const known = testTexts.get(test);
    if (known) return known;
    const found = names.get(test);
    if (!found) throw new Error(`a shape needs a function that nothing exports: ${test}`);
    used.set(found.name, found.from);
    return found.name;
  };
  const laterText = ({ of }) => {
    const shape = of();
    let at = later.findIndex((each) => each.shape === shape);
    if (at < 0) {
      at = later.push({ shape, text: '' }) - 1;
      later[at].text = text(shape);
    }
    return `{ is: 'later', of: () => later${at} }`;
  };
  const made = Object.entries(shapes).map(([name, shape]) => {
    const key = JSON.stringify(name);
    return `get ${key}() { return (made[${key}] ??= ${text(shape)}); }`;
  });
  const imports = [...used].map(([name, from]) => `import { ${name} } from '${from}';`);
  return [
    ...imports,
    ...later.map(({ text: shape }, at) => `const later${at} = ${shape};`),
    'const made = {};',
    `export const shapes = { ${made.join(',\n')} };`,
  ].join('\n');
}

/** They have tests of any value at all. */
const withoutShape = new Set(['EditInput', 'RedactInput']);

/** What has a shape, by name. `load` imports a module of the program by its path without an ending. */
export async function schemasWithShapes(load) {
  const { EpisodeCreated, EpisodeEvent, PersistedEpisode, Policy } = await load('machines/index');
  const { ProduceSettings, SessionDocument, StateDocument } = await load('src/documents/shapes');
  const { OpenInput } = await load('src/calls/open-input');
  const inputs = Object.entries(await load('src/calls/inputs')).filter(
    ([name]) => name.endsWith('Input') && !withoutShape.has(name),
  );
  return {
    episode: PersistedEpisode,
    policy: Policy,
    state: StateDocument,
    session: SessionDocument,
    settings: ProduceSettings,
    opening: OpenInput.pick({ directory: true, by: true, readOnly: true, policyReason: true }),
    ...Object.fromEntries(inputs),
    'event episode.created': EpisodeCreated,
    ...Object.fromEntries(EpisodeEvent.options.map((option) => [`event ${option.shape.type.value}`, option])),
  };
}

/** The text of machines/shapes.ts. `built` is the folder of the program as it is built. */
export async function commandShapes(built) {
  const load = (path) => import(`${built}/${path}.js`);
  const files = ['episode/forms', 'policy-amount', 'ids', '../src/calls/input-tests'];
  const exported = await Promise.all(
    files.map(async (file) => [`./${file}.js`, await load(`machines/${file}`)]),
  );
  const { shapeOf, testTexts } = await load('machines/shape-of');
  const schemas = Object.entries(await schemasWithShapes(load));
  const shapes = Object.fromEntries(schemas.map(([name, schema]) => [name, shapeOf(schema)]));
  return shapesText(shapes, Object.fromEntries(exported), testTexts);
}
