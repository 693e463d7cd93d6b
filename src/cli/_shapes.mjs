// Makes of Zod's schemas what machines/plain.ts looks at, so that a command that commits once need not have Zod make them.

/** A schema as data. What Zod fills in has to be there; a schema of which this does not know all is refused. */
export function shapeOf(schema, seen = new Map()) {
  const { def } = schema._zod;
  const of = (inner) => shapeOf(inner, seen);
  const tests = (def.checks ?? []).flatMap((check) => testsOf(check._zod.def));
  switch (def.type) {
    case 'any':
    case 'unknown':
      return { is: 'any' };
    case 'boolean':
      return { is: 'boolean' };
    case 'null':
      return { is: 'one', of: [null] };
    case 'enum':
      return { is: 'one', of: Object.values(def.entries) };
    case 'literal':
      return { is: 'one', of: [...def.values] };
    case 'string':
      return { is: 'string', tests: [...(def.pattern ? testsOf(def) : []), ...tests] };
    case 'number':
      return { is: 'number', tests: [...(def.format ? testsOf(def) : []), ...tests] };
    case 'custom':
      // Ours are all of numbers.
      return { is: 'number', tests: [def.fn, ...tests] };
    case 'optional':
    case 'default':
    case 'prefault':
      return of(def.innerType);
    case 'nullable':
      return { is: 'either', of: [{ is: 'one', of: [null] }, of(def.innerType)] };
    case 'array':
      return { is: 'array', of: of(def.element), tests };
    case 'record':
      return { is: 'record', key: of(def.keyType), of: of(def.valueType), tests };
    case 'union':
      return { is: 'either', of: apart(def.options.map(of)) };
    case 'pipe':
      if (def.out._zod.def.type !== 'transform')
        throw new Error('no shape is known of a pipe but into a function');
      return { is: 'made', from: of(def.in), by: def.out._zod.def.transform };
    case 'lazy': {
      const inner = def.getter();
      const recursive = { is: 'later', of: () => seen.get(inner) };
      if (seen.has(inner)) return recursive;
      seen.set(inner, undefined);
      seen.set(inner, of(inner));
      return recursive;
    }
    case 'object': {
      const entries = Object.entries(def.shape);
      const optional = entries.filter(([, inner]) => inner._zod.def.type === 'optional').map(([key]) => key);
      return {
        is: 'object',
        keys: Object.fromEntries(entries.map(([key, inner]) => [key, of(inner)])),
        optional,
        tests,
      };
    }
    default:
      throw new Error(`no shape is known of a ${def.type}`);
  }
}

function testsOf(def) {
  switch (def.check) {
    case 'string_format':
      return [new RegExp(def.pattern.source, def.pattern.flags.replaceAll('g', ''))];
    case 'number_format':
      if (def.format !== 'safeint') throw new Error(`no shape is known of ${def.format}`);
      return [Number.isSafeInteger];
    case 'min_length':
      return [named(`(value) => value.length >= ${def.minimum}`, (value) => value.length >= def.minimum)];
    case 'max_length':
      return [named(`(value) => value.length <= ${def.maximum}`, (value) => value.length <= def.maximum)];
    case 'greater_than':
      return def.inclusive
        ? [named(`(value) => value >= ${def.value}`, (value) => value >= def.value)]
        : [named(`(value) => value > ${def.value}`, (value) => value > def.value)];
    case 'less_than':
      return def.inclusive
        ? [named(`(value) => value <= ${def.value}`, (value) => value <= def.value)]
        : [named(`(value) => value < ${def.value}`, (value) => value < def.value)];
    case 'overwrite':
      return [named('(value) => value === value.trim()', (value) => def.tx(value) === value)];
    case 'custom':
      return [def.fn];
    default:
      throw new Error(`no test is known of ${def.check}`);
  }
}

const texts = new Map([[Number.isSafeInteger, 'Number.isSafeInteger']]);

function named(text, test) {
  texts.set(test, text);
  return test;
}

/** Which of several a value could be has to be seen by its type, or by a key that it must have in the one and cannot have in the other. */
function apart(shapes) {
  shapes.forEach((shape, at) => {
    for (const later of shapes.slice(at + 1))
      if (typeOf(shape) === typeOf(later) && !isBarredFrom(shape, later))
        throw new Error(`these are not told apart: ${typeOf(shape)}`);
  });
  return shapes;
}

function isBarredFrom(shape, later) {
  if (shape.is !== 'object' || later.is !== 'object') return false;
  return Object.keys(shape.keys).some((key) => !shape.optional.includes(key) && !(key in later.keys));
}

function typeOf({ is, of }) {
  if (is === 'one') return of[0] === null ? 'null' : typeof of[0];
  return is === 'record' ? 'object' : is;
}

/** The shapes as the text of a module; functions are named by what exports them. */
export function shapesText(shapes, exported) {
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
    const known = texts.get(test);
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

/** What has a shape, by name. `load` imports a module of the program by its path without an ending. */
export async function schemasWithShapes(load) {
  const { EpisodeEvent, PersistedEpisode, Policy } = await load('machines/index');
  const { SessionDocument, StateDocument } = await load('src/documents/shapes');
  const { OpenInput } = await load('src/calls/open-input');
  const { ReserveInput, SettleInput } = await load('src/calls/money-inputs');
  const { UpdatePhaseInput } = await load('src/calls/inputs');
  return {
    episode: PersistedEpisode,
    policy: Policy,
    state: StateDocument,
    session: SessionDocument,
    opening: OpenInput.pick({ directory: true, by: true, readOnly: true, policyReason: true }),
    reserve: ReserveInput,
    settle: SettleInput,
    update: UpdatePhaseInput,
    ...Object.fromEntries(EpisodeEvent.options.map((option) => [`event ${option.shape.type.value}`, option])),
  };
}

/** The text of machines/shapes.ts. `built` is the folder of the program as it is built. */
export async function commandShapes(built) {
  const load = (path) => import(`${built}/${path}.js`);
  const files = ['episode/forms', 'policy-amount', 'ids'];
  const exported = await Promise.all(
    files.map(async (file) => [`./${file}.js`, await load(`machines/${file}`)]),
  );
  const schemas = Object.entries(await schemasWithShapes(load));
  const shapes = Object.fromEntries(schemas.map(([name, schema]) => [name, shapeOf(schema)]));
  return shapesText(shapes, Object.fromEntries(exported));
}
