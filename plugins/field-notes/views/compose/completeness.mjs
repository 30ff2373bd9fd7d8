// How much of what a field note should say it does say. Plain JavaScript, because both the signal and the page beside this file use it.

/** What a note answers, and how one sees that it does. The shapes are looked for, not the truth of what they say. */
export const questions = [
  // A scientific name, as people mark it: (Turdus merula) or *Turdus merula*.
  { id: 'what', looksLike: '(Turdus merula)', pattern: /[(*_]\p{Lu}\p{Ll}{2,} \p{Ll}{3,}(?: \p{Ll}{3,})?[)*_]/u },
  { id: 'how many', looksLike: '3 birds, or 3×', pattern: /(?<![\d.,:/-])\d{1,5}(?:\s?[×x](?!\d)|\s+\p{L}{3,})/u },
  { id: 'where', looksLike: '48.137, 11.575, or @ the weir', pattern: /-?\d{1,2}\.\d{2,},\s*-?\d{1,3}\.\d{2,}|@\s?\p{L}{2,}/u },
  { id: 'when', looksLike: '2026-11-21, or 07:30', pattern: /\b\d{4}-\d{2}-\d{2}\b|\b[0-2]?\d[:.][0-5]\d(?![\d.,])/u },
];

/** Of longer texts only the beginning is read: a note is a paragraph or two. */
export const LENGTH_MAX = 10_000;

/** `score`: 0 (none of the four) to 1 (all of them); `missing`: the ids of those that are not answered. */
export function completeness(text) {
  const read = text.slice(0, LENGTH_MAX);
  const missing = questions.filter(({ pattern }) => !pattern.test(read)).map(({ id }) => id);
  return { score: 1 - missing.length / questions.length, missing };
}
