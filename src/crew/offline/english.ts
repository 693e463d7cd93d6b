/* oxlint-disable typescript/unbound-method -- wink's accessors are plain functions that are passed by reference */
import type { ItemToken, ItsFunction } from 'wink-nlp';
import { optionalPackage } from '../optional-package.js';
import { isStatement, type Tagged } from './statement.js';

/** What the language model says about a piece of text. */
export interface Reading {
  /** Stems of the words that carry meaning, in order. */
  stems: string[];
  /** The words themselves, as written, one for each stem. */
  words: string[];
  /** Whether each of them is a noun for sure: the tagger takes many a verb for one. */
  nouns: boolean[];
  isStatement: boolean;
}

/** Flesch reading ease (higher is easier) and the counts it rests on. */
interface Readability {
  fleschReadingEase: number;
  words: number;
  sentences: number;
}

export interface English {
  read(text: string): Reading;
  readability(text: string): Readability;
}

/** What stands before a noun, and seldom before a verb. */
const beforeNoun = new Set(['DET', 'ADJ', 'ADP', 'NUM', 'PROPN']);

let loaded: Promise<English> | undefined;

/** Loads the English model once in a process (150 ms). */
export function loadEnglish(): Promise<English> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<English> {
  const { default: winkNLP } = await optionalPackage('wink-nlp', () => import('wink-nlp'));
  const { default: model } = await optionalPackage(
    'wink-eng-lite-web-model',
    () => import('wink-eng-lite-web-model'),
  );
  const nlp = winkNLP(model, ['sbd', 'pos']);
  const { its } = nlp;
  return {
    read(text) {
      const reading: Reading = { stems: [], words: [], nouns: [], isStatement: false };
      const tagged: Tagged[] = [];
      nlp
        .readDoc(text)
        .tokens()
        .each((token: ItemToken) => {
          const tag: string = token.out(its.pos);
          const word = token.out();
          tagged.push({ word, tag });
          if (token.out(its.type) !== 'word' || token.out(its.stopWordFlag)) return;
          if (!/^[a-z][a-z-]+$/iu.test(word)) return;
          reading.stems.push(token.out(its.stem as unknown as ItsFunction<string>).toLowerCase());
          reading.words.push(word);
          reading.nouns.push((tag === 'NOUN' || tag === 'PROPN') && beforeNoun.has(tagged.at(-2)?.tag ?? ''));
        });
      reading.isStatement = isStatement(tagged);
      return reading;
    },
    readability(text) {
      // The published types do not fit each other: `out` takes this accessor and gives this object.
      const stats = nlp
        .readDoc(text)
        .out(its.readabilityStats as unknown as ItsFunction<string>) as unknown as {
        fres: number;
        numOfWords: number;
        numOfSentences: number;
      };
      return { fleschReadingEase: stats.fres, words: stats.numOfWords, sentences: stats.numOfSentences };
    },
  };
}
