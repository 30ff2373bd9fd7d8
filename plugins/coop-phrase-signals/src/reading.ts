import { round, sentencesOf, withoutAddresses, wordsOf } from './words';

/** Of fewer words the formula means nothing. */
export const WORDS_MIN = 5;

/**
 * Flesch's reading ease for English, cut off at 0 (a contract) and 100 (a child reads it).
 *
 * R. Flesch, "A new readability yardstick", 1948: 206.835 − 1.015 words per sentence − 84.6 syllables per word.
 */
export function readingEase(text: string): number {
  const plain = withoutAddresses(text);
  const words = wordsOf(plain);
  if (words.length < WORDS_MIN) throw new RangeError(`Reading ease needs at least ${WORDS_MIN} words; this text has ${words.length}.`);
  const sentences = Math.max(1, sentencesOf(plain).length);
  const syllables = words.reduce((sum, word) => sum + syllablesOf(word), 0);
  const ease = 206.835 - 1.015 * (words.length / sentences) - 84.6 * (syllables / words.length);
  return round(Math.min(100, Math.max(0, ease)), 1);
}

/** A count by groups of vowels, which is right for about nine English words in ten. */
export function syllablesOf(word: string): number {
  const plain = word.toLowerCase().replace(/[^a-z]/g, '');
  if (plain.length <= 3) return 1;
  // A final e is silent, also before s and d, unless it is heard after an l ("table") or a hissing or t/d sound ("houses", "wanted").
  const spoken = plain.replace(/(?:[^laeiouy]e|[^laeiouysxzcgh]es|[^aeiouytd]ed)$/, '');
  return Math.max(1, spoken.match(/[aeiouy]+/g)?.length ?? 0);
}
