/** Components are called at once; elements stay as they are. */
export const jsx = (type: unknown, props: { children?: unknown }) => (typeof type === 'function' ? type(props) : { type, props });
export const jsxs = jsx;
export const Fragment = ({ children }: { children?: unknown }) => children;
