/** What a page draws, in order, as pdf.js lists it. */
export interface DrawingSteps {
  fnArray: readonly number[];
  argsArray: readonly unknown[];
}
/** The numbers of pdf.js for what a page can draw. */
export type DrawingNames = Readonly<Record<string, number>>;

type Matrix = readonly [number, number, number, number, number, number];
export type Point = readonly [number, number];
export interface Box {
  left: number;
  right: number;
  bottom: number;
  top: number;
}
export interface Painted extends Box {
  /** The step that painted it: what comes later lies above. */
  step: number;
  /** Undefined where no single colour is known. */
  colour: string | undefined;
}
export interface Shape extends Painted {
  /** Whether nothing of its box is seen any more: of what is no rectangle, nobody knows here. */
  covers: boolean;
  isLine: boolean;
}
export interface Words extends Painted {
  size: number;
  letters: number;
}

/** What a page's `save` keeps. */
interface State {
  matrix: Matrix;
  /** Outside of it nothing is painted. */
  clip: Box;
  fill: string | undefined;
  stroke: string | undefined;
  lineWidth: number;
  /** Whether what is painted covers what lies below: neither transparent nor blended. */
  isOpaque: boolean;
  isUnseen: boolean;
  size: number;
  charSpace: number;
  wordSpace: number;
  wide: number;
  leading: number;
  rise: number;
}

const identity: Matrix = [1, 0, 0, 1, 0, 0];
const darkInk = '#000000';
const everywhere: Box = { left: -Infinity, right: Infinity, bottom: -Infinity, top: Infinity };

function times([a, b, c, d, e, f]: Matrix, n: Matrix): Matrix {
  const row = (x: number, y: number, z: number): [number, number] => [
    x * n[0] + y * n[2] + z * n[4],
    x * n[1] + y * n[3] + z * n[5],
  ];
  const [[p, q], [r, s], [t, u]] = [row(a, b, 0), row(c, d, 0), row(e, f, 1)];
  return [p, q, r, s, t, u];
}

const numbersOf = (value: unknown): number[] =>
  value !== null && typeof value === 'object' ? Object.values(value).map(Number) : [];
const matrixOf = (value: unknown): Matrix => {
  const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = numbersOf(value);
  return [a, b, c, d, e, f];
};

function boxOf(points: readonly Point[], { matrix: m }: State, wider = 0): Box {
  const xs = points.map(([x, y]) => x * m[0] + y * m[2] + m[4]);
  const ys = points.map(([x, y]) => x * m[1] + y * m[3] + m[5]);
  const far = wider * Math.hypot(m[0], m[1]);
  const box = { left: Infinity, right: -Infinity, bottom: Infinity, top: -Infinity };
  for (const x of xs) [box.left, box.right] = [Math.min(box.left, x - far), Math.max(box.right, x + far)];
  for (const y of ys) [box.bottom, box.top] = [Math.min(box.bottom, y - far), Math.max(box.top, y + far)];
  return box;
}

const atFirst: State = {
  matrix: identity,
  clip: everywhere,
  fill: darkInk,
  stroke: darkInk,
  lineWidth: 1,
  isOpaque: true,
  isUnseen: false,
  size: 0,
  charSpace: 0,
  wordSpace: 0,
  wide: 1,
  leading: 0,
  rise: 0,
};

function common(a: Box, b: Box): Box {
  return {
    left: Math.max(a.left, b.left),
    right: Math.min(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
    top: Math.min(a.top, b.top),
  };
}

/** How many numbers follow each sign of a path: move, line, curve, quadratic curve, close. */
const pathNumbers = [2, 2, 6, 4, 0];

/** The corners of each part of a path, as pdf.js packs it: a sign, then its numbers. */
function partsOf(packed: readonly number[]): Point[][] {
  const parts: Point[][] = [];
  for (let index = 0; index < packed.length;) {
    const sign = packed[index] ?? 4;
    const count = pathNumbers[sign] ?? 0;
    if (sign === 0 || parts.length === 0) parts.push([]);
    for (let at = index + 1; at < index + count; at += 2)
      parts.at(-1)?.push([packed[at] ?? 0, packed[at + 1] ?? 0]);
    index += 1 + count;
  }
  return parts;
}

const isAside = ([x, y]: Point, [a, b]: Point): boolean => Math.abs(x - a) < 0.01 || Math.abs(y - b) < 0.01;

/** Four corners, each beside or above the one before. */
function isRectangle(part: readonly Point[]): boolean {
  if (part.length < 4 || part.length > 5) return false;
  return part.every((corner, index) => index === 0 || isAside(corner, part[index - 1] ?? corner));
}

/** Follows what a page draws, step by step. */
export class PageDrawing {
  readonly words: Words[] = [];
  readonly shapes: Shape[] = [];
  #clips = false;
  #state = atFirst;
  readonly #kept: State[] = [];
  #text: Matrix = identity;
  #line: Matrix = identity;
  #step = 0;
  readonly #acts: Record<string, (args: readonly unknown[]) => void> = {
    save: () => this.#save(),
    restore: () => this.#restore(),
    transform: (args) => this.#transform(matrixOf(args)),
    paintFormXObjectBegin: ([matrix]) => {
      this.#save();
      if (matrix !== null && matrix !== undefined) this.#transform(matrixOf(matrix));
    },
    paintFormXObjectEnd: () => this.#restore(),
    beginAnnotation: ([, , transform, matrix]) => {
      this.#save();
      // Its place is that of the page, whatever the page's own drawing has left behind.
      this.#state = atFirst;
      this.#transform(matrixOf(transform));
      this.#transform(matrixOf(matrix));
    },
    endAnnotation: () => this.#restore(),
    setLineWidth: ([width]) => this.#set({ lineWidth: Number(width) }),
    setFillRGBColor: ([colour]) => this.#set({ fill: String(colour) }),
    setStrokeRGBColor: ([colour]) => this.#set({ stroke: String(colour) }),
    setFillColorN: () => this.#set({ fill: undefined }),
    setStrokeColorN: () => this.#set({ stroke: undefined }),
    setGState: ([pairs]) => this.#setLooks(pairs),
    clip: () => void (this.#clips = true),
    eoClip: () => void (this.#clips = true),
    constructPath: ([how, packed]) =>
      this.#paint(Number(how), numbersOf(Array.isArray(packed) ? packed[0] : [])),
    beginText: () => void (this.#text = this.#line = identity),
    setTextMatrix: ([matrix]) => void (this.#text = this.#line = matrixOf(matrix)),
    moveText: ([x, y]) => this.#moveLine(Number(x), Number(y)),
    setLeadingMoveText: ([x, y]) => {
      this.#set({ leading: -Number(y) });
      this.#moveLine(Number(x), Number(y));
    },
    nextLine: () => this.#moveLine(0, -this.#state.leading),
    setFont: ([, size]) => this.#set({ size: Number(size) }),
    setCharSpacing: ([space]) => this.#set({ charSpace: Number(space) }),
    setWordSpacing: ([space]) => this.#set({ wordSpace: Number(space) }),
    setHScale: ([percent]) => this.#set({ wide: Number(percent) / 100 }),
    setLeading: ([leading]) => this.#set({ leading: Math.abs(Number(leading)) }),
    setTextRise: ([rise]) => this.#set({ rise: Number(rise) }),
    showText: ([glyphs]) => this.#show(Array.isArray(glyphs) ? glyphs : []),
  };
  readonly #byNumber: ReadonlyMap<number, (args: readonly unknown[]) => void>;
  readonly #names: ReadonlyMap<number, string>;

  constructor(names: DrawingNames) {
    this.#names = new Map(Object.entries(names).map(([name, number]) => [number, name]));
    this.#byNumber = new Map(Object.entries(this.#acts).map(([name, act]) => [names[name] ?? -1, act]));
  }

  take(what: number, args: unknown): void {
    this.#step += 1;
    this.#byNumber.get(what)?.(Array.isArray(args) ? args : []);
  }

  #set(changes: Partial<State>): void {
    this.#state = { ...this.#state, ...changes };
  }

  #save(): void {
    this.#kept.push(this.#state);
  }

  #restore(): void {
    this.#state = this.#kept.pop() ?? this.#state;
  }

  #transform(matrix: Matrix): void {
    this.#set({ matrix: times(matrix, this.#state.matrix) });
  }

  #moveLine(x: number, y: number): void {
    this.#text = this.#line = times([1, 0, 0, 1, x, y], this.#line);
  }

  #setLooks(pairs: unknown): void {
    for (const [name, value] of Array.isArray(pairs) ? (pairs as [string, unknown][]) : []) {
      if (name === 'ca') {
        this.#set({ isOpaque: Number(value) > 0.9, isUnseen: Number(value) < 0.05 });
      } else if (name === 'BM') this.#set({ isOpaque: value === 'source-over' || value === 'Normal' });
      else if (name === 'LW') this.#set({ lineWidth: Number(value) });
    }
  }

  #paint(how: number, packed: readonly number[]): void {
    const parts = partsOf(packed);
    const name = this.#names.get(how) ?? '';
    for (const part of /fill/iu.test(name) ? parts : []) this.#paintArea(part);
    for (const part of /stroke/iu.test(name) ? parts : []) this.#paintLines(part);
    if (!this.#clips) return;
    this.#clips = false;
    this.#set({ clip: common(this.#state.clip, boxOf(parts.flat(), this.#state)) });
  }

  #paintArea(part: readonly Point[]): void {
    this.#add(boxOf(part, this.#state), this.#state.fill, isRectangle(part), false);
  }

  #paintLines(part: readonly Point[]): void {
    const { stroke, lineWidth } = this.#state;
    for (const [index, to] of part.entries()) {
      const from = part[index - 1];
      if (from) this.#add(boxOf([from, to], this.#state, lineWidth / 2), stroke, isAside(from, to), true);
    }
  }

  #add(box: Box, colour: string | undefined, isRectangular: boolean, isLine: boolean): void {
    const { clip, isOpaque } = this.#state;
    this.shapes.push({
      ...common(box, clip),
      step: this.#step,
      colour: isOpaque ? colour : undefined,
      covers: isOpaque && isRectangular,
      isLine,
    });
  }

  #show(glyphs: readonly unknown[]): void {
    const { size, charSpace, wordSpace, wide, matrix, rise, fill, isUnseen } = this.#state;
    let advance = 0;
    let letters = 0;
    for (const glyph of glyphs) {
      if (typeof glyph === 'number') advance -= (glyph / 1000) * size * wide;
      else if (glyph !== null && typeof glyph === 'object') {
        const { width, isSpace } = glyph as { width?: number; isSpace?: boolean };
        advance += (((width ?? 0) / 1000) * size + charSpace + (isSpace ? wordSpace : 0)) * wide;
        if (!isSpace) letters += 1;
      }
    }
    const place = { ...this.#state, matrix: times(times([1, 0, 0, 1, 0, rise], this.#text), matrix) };
    const box = boxOf(
      [
        [0, 0],
        [advance, size],
      ],
      place,
    );
    const colour = isUnseen ? 'none' : fill;
    this.words.push({ ...box, step: this.#step, colour, size: box.top - box.bottom, letters });
    this.#text = times([1, 0, 0, 1, advance, 0], this.#text);
  }
}
