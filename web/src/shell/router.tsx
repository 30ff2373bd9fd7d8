import { createContext, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import type { AnchorHTMLAttributes, ReactNode } from 'react';

export interface Location {
  path: string;
  query: URLSearchParams;
}

interface Router {
  location: Location;
  go: (url: string, replace?: boolean) => void;
}

const RouterContext = createContext<Router | null>(null);
/** Apart from the location, so that a list's links are not drawn anew when a letter of its search lands in the address. */
const GoContext = createContext<Router['go']>(() => undefined);

function here(): Location {
  return { path: window.location.pathname, query: new URLSearchParams(window.location.search) };
}

/** Keeps the page and the browser's address the same thing. */
export function RouterProvider({ children }: { children: ReactNode }) {
  const [location, setLocation] = useState(here);
  useEffect(() => {
    const follow = () => setLocation(here());
    window.addEventListener('popstate', follow);
    return () => window.removeEventListener('popstate', follow);
  }, []);
  const go = useCallback<Router['go']>((url, replace = false) => {
    const before = window.location.pathname;
    if (replace) window.history.replaceState(null, '', url);
    else window.history.pushState(null, '', url);
    setLocation(here());
    if (window.location.pathname !== before) window.scrollTo(0, 0);
  }, []);
  const router = useMemo<Router>(() => ({ location, go }), [location, go]);
  return <GoContext.Provider value={go}><RouterContext.Provider value={router}>{children}</RouterContext.Provider></GoContext.Provider>;
}

export function useRouter(): Router {
  const router = useContext(RouterContext);
  if (!router) throw new Error('useRouter needs a RouterProvider around it.');
  return router;
}

/** Matches `/plugins/:id/*`; gives the named parts, or null. */
export function match(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split('/').filter(Boolean);
  const given = path.split('/').filter(Boolean);
  const parts: Record<string, string> = {};
  for (let place = 0; place < wanted.length; place += 1) {
    const want = wanted[place] ?? '';
    if (want === '*') return { ...parts, rest: given.slice(place).join('/') };
    const got = given[place];
    if (got === undefined) return null;
    if (want.startsWith(':')) parts[want.slice(1)] = decodeURIComponent(got);
    else if (want !== got) return null;
  }
  return wanted.length === given.length ? parts : null;
}

/** A link that stays inside the page; with a modifier key it is an ordinary link. */
export function Link({ href, onClick, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
  const go = useContext(GoContext);
  return (
    <a
      {...rest}
      href={href}
      onClick={(event) => {
        onClick?.(event);
        if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        go(href);
      }}
    />
  );
}

/** One parameter of the address's query, which lists keep their filters in. */
export function useQuery(name: string): [string, (value: string) => void] {
  const { location, go } = useRouter();
  return [
    location.query.get(name) ?? '',
    (value) => {
      const query = new URLSearchParams(window.location.search);
      if (value) query.set(name, value);
      else query.delete(name);
      const text = query.toString();
      go(window.location.pathname + (text ? `?${text}` : ''), true);
    },
  ];
}
