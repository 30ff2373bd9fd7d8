import { withoutAddresses, wordsOf } from './words';

const CHARACTERS_SHOWN = 120;
/** How far before its mark a question may begin; what stands before is not looked at, so that the work stays linear. */
const CHARACTERS_MAX = 500;

/** The first question in a text: at least two words up to a question mark (also `？` and `؟`); nothing when there is none. */
export function firstQuestion(text: string): string | undefined {
  const plain = withoutAddresses(text);
  let start = 0;
  for (const mark of plain.matchAll(/[.!?？؟…]|\n[ \t]*\n/g)) {
    if ('?？؟'.includes(mark[0])) {
      const question = plain.slice(Math.max(start, mark.index - CHARACTERS_MAX), mark.index + 1);
      if (wordsOf(question).length >= 2) return question.replace(/\s+/g, ' ').trim().slice(-CHARACTERS_SHOWN);
    }
    start = mark.index + mark[0].length;
  }
  return undefined;
}
