export interface Greeting {
  text: string;
  /** Letters in the text, so that there is something to compute. */
  letters: number;
}

export function greeting(salutation: string, name = 'world'): Greeting {
  const text = `${salutation}, ${name}!`;
  return { text, letters: (text.match(/\p{L}/gu) ?? []).length };
}
