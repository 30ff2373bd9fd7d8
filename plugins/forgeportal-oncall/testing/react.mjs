// Enough of `react/jsx-runtime` and `@forgeportal/plugin-sdk/react` to look at what a component shows: components are called at once,
// elements stay as `{ type, props }`. `answers` holds what `useApi` gives for a path; it hangs on the global object because a bundle of the
// plugin has a copy of this file.
export const Fragment = ({ children }) => children;
export const jsx = (type, props) => (typeof type === 'function' ? type(props) : { type, props });
export const jsxs = jsx;

export const answers = (globalThis.onCallAnswers ??= new Map());
export const asked = (globalThis.onCallAsked ??= []);

export function useApi(path, options) {
  asked.push({ path, options });
  return answers.get(path) ?? { isPending: true, isError: false, error: null, data: undefined };
}
