import { round, withoutAddresses, wordsOf } from './words';

/** Words in capitals say little in a very short text: "OK!" is no shout. */
const WORDS_FOR_CERTAINTY = 3;
/** One exclamation mark for so many words is emphasis as usual. */
const WORDS_PER_MARK = 8;
/** Marks alone bring a text half of the way. */
const WEIGHT_OF_MARKS = 0.5;

export interface Shouting {
  /** 0 (calm) to 1 (all of it shouted). */
  score: number;
  /** The longest run of words in capitals. */
  loudest?: string;
}

/**
 * How much of a text is shouted: the share of letters that stand in words all in capitals, and exclamation marks beyond the usual.
 *
 * `exempt` are words that may be in capitals, such as abbreviations; case does not matter. One-letter words, and letters without case, do
 * not count either way.
 */
export function shouting(text: string, exempt: ReadonlySet<string> = new Set()): Shouting {
  const plain = withoutAddresses(text);
  const words = wordsOf(plain).filter((word) => word.length > 1 && word.toUpperCase() !== word.toLowerCase());
  let letters = 0;
  let loud = 0;
  let counted = 0;
  let run: string[] = [];
  let loudest: string[] = [];
  for (const word of words) {
    if (exempt.has(word.toUpperCase())) continue;
    counted += 1;
    letters += word.length;
    if (word === word.toUpperCase()) {
      loud += word.length;
      run.push(word);
      if (run.length > loudest.length) loudest = [...run];
    } else {
      run = [];
    }
  }
  const capitals = letters === 0 ? 0 : (loud / letters) * Math.min(1, counted / WORDS_FOR_CERTAINTY);
  const marks = plain.match(/!/g)?.length ?? 0;
  const usual = Math.max(1, words.length / WORDS_PER_MARK);
  const excess = Math.min(1, Math.max(0, marks - usual) / 3);
  const score = round(1 - (1 - capitals) * (1 - WEIGHT_OF_MARKS * excess), 4);
  return loudest.length > 0 && score > 0 ? { score, loudest: loudest.slice(0, 12).join(' ') } : { score };
}
