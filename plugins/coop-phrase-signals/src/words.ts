// Cutting a text into words and sentences. No language is recognised; whatever has letters has words.

/** Addresses are nobody's words: their letters and question marks say nothing about how a text is written. */
export function withoutAddresses(text: string): string {
  return text.replace(/\b[a-z][a-z0-9+.-]{0,20}:\/\/\S+|\bwww\.\S+/gi, ' ');
}

/** Runs of letters, with apostrophes and hyphens inside them. */
export function wordsOf(text: string): string[] {
  return text.match(/\p{L}+(?:['’-]\p{L}+)*/gu) ?? [];
}

/** Pieces that end in `.`, `!`, `?` or an empty line, without those that hold no word. */
export function sentencesOf(text: string): string[] {
  return text.split(/[.!?…]+|\n\s*\n/u).filter((piece) => /\p{L}/u.test(piece));
}

export function round(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}
