import type { Doubt } from './marks.js';
import {
  PageDrawing,
  type Box,
  type DrawingNames,
  type DrawingSteps,
  type Shape,
  type Words,
} from './pdf-drawing.js';

/** A stretch of a page whose words are not seen as they stand; points, from the page's lower left. */
export interface DoubtfulStretch extends Box {
  doubt: Extract<Doubt, 'struck_out' | 'hidden_words'>;
}

const paper = '#ffffff';

const boxAlone = ({ left, right, bottom, top }: Box): Box => ({ left, right, bottom, top });
const overlaps = (a: Box, b: Box): boolean => a.left < b.right - 0.5 && b.left < a.right - 0.5;
const reaches = (shape: Box, y: number): boolean => shape.bottom <= y && y <= shape.top;

/** A thin bar through the letters: above the line that they stand on and below their tops. */
function isStruckBy(words: Words, shape: Shape): boolean {
  const middle = (shape.bottom + shape.top) / 2 - words.bottom;
  return (
    shape.top - shape.bottom < 0.25 * words.size &&
    shape.right - shape.left > 0.2 * words.size &&
    middle > 0.12 * words.size &&
    middle < 0.62 * words.size
  );
}

const isNear = (one: string | undefined, other: string | undefined): boolean => {
  if (one === undefined || other === undefined) return false;
  const parts = (colour: string): number[] =>
    (/^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/iu.exec(colour) ?? []).slice(1).map((hex) => parseInt(hex, 16));
  const [a, b] = [parts(one), parts(other)];
  return (
    a.length === 3 && b.length === 3 && a.every((value, index) => Math.abs(value - (b[index] ?? 0)) < 24)
  );
};

/** Words in the colour of what lies below them, or in none. */
function isInvisible(words: Words, around: readonly Shape[], isPaperLight: boolean): boolean {
  if (words.colour === 'none') return true;
  const ground = around.findLast(({ step }) => step < words.step);
  return ground ? isNear(words.colour, ground.colour) : isPaperLight && isNear(words.colour, paper);
}

/** More work on one page than a person would ever read: pictures made of lines. */
const mostPairs = 20_000_000;

function stretchesOf(words: Words, shapes: readonly Shape[], isPaperLight: boolean): DoubtfulStretch[] {
  const heart = words.bottom + 0.3 * words.size;
  const on = (shape: Shape): Box => ({
    ...boxAlone(words),
    left: Math.max(words.left, shape.left),
    right: Math.min(words.right, shape.right),
  });
  const here = shapes.filter((shape) => overlaps(words, shape));
  const around = here.filter((shape) => reaches(shape, heart) && shape.top - shape.bottom > 0.5 * words.size);
  const grounds = around.filter(({ isLine }) => !isLine);
  if (isInvisible(words, grounds, isPaperLight)) return [{ ...boxAlone(words), doubt: 'hidden_words' }];
  return [
    ...around
      .filter(({ step, covers }) => covers && step > words.step)
      .map((shape): DoubtfulStretch => ({ ...on(shape), doubt: 'hidden_words' })),
    ...here
      .filter((shape) => isStruckBy(words, shape))
      .map((shape): DoubtfulStretch => ({ ...on(shape), doubt: 'struck_out' })),
  ];
}

/** What is not in a page's text. */
export interface PageLooks {
  /** Where it strikes words out, paints over them or prints them in the colour of the paper. */
  doubtful: readonly DoubtfulStretch[];
  /** Small shapes that may stand before the items of a list. */
  bullets: readonly Box[];
}

const largestBullet = 9;
/** More are a pattern or a picture. */
const mostBullets = 2000;

function bulletsOf(shapes: readonly Shape[]): readonly Box[] {
  const bullets = shapes.filter(({ left, right, bottom, top, isLine }) => {
    const [wide, high] = [right - left, top - bottom];
    return !isLine && wide > 1 && high > 1 && wide < largestBullet && high < 2 * wide && wide < 2 * high;
  });
  return bullets.length > mostBullets ? [] : bullets;
}

/** Follows what a page draws, for what its text does not tell. */
export function looksOf(steps: DrawingSteps, names: DrawingNames): PageLooks {
  const page = new PageDrawing(names);
  steps.fnArray.forEach((what, index) => page.take(what, steps.argsArray[index]));
  const { shapes } = page;
  const words = page.words.filter(({ letters }) => letters > 0);
  const bullets = bulletsOf(shapes);
  if (words.length * shapes.length > mostPairs) {
    const doubtful = words.map((each): DoubtfulStretch => ({ ...boxAlone(each), doubt: 'hidden_words' }));
    return { doubtful, bullets };
  }
  const count = (all: readonly Words[]): number => all.reduce((sum, { letters }) => sum + letters, 0);
  // Light words are what a dark picture is printed over with; where most words are light, that is how the page is.
  const isPaperLight = 2 * count(words.filter(({ colour }) => isNear(colour, paper))) < count(words);
  return { doubtful: words.flatMap((each) => stretchesOf(each, shapes, isPaperLight)), bullets };
}
