// Enough of React to look at what a component shows: effects wait until the test runs them, and states are kept in the order they are asked
// for. `ui.test.mjs` holds the screen, on the global object because every bundle has a copy of this file.
interface Screen {
  next: number;
  states: { value: unknown }[];
  effects: (() => unknown)[];
}

const screen = () => (globalThis as unknown as { fieldNotesScreen: Screen }).fieldNotesScreen;

export function useState<Value>(initial: Value): [Value, (value: Value) => void] {
  const { states } = screen();
  const index = screen().next++;
  states[index] ??= { value: initial };
  return [states[index].value as Value, (value) => { states[index] = { value }; }];
}

export const useEffect = (effect: () => unknown) => { screen().effects.push(effect); };
