import { useCallback, useEffect, useRef, useState } from 'react';
import { api, problemFrom } from './client';
import type { Page } from './client';
import type { Problem } from './types';

export interface Resource<Value> {
  /** The last good answer; stays while a newer one is fetched. */
  value: Value | undefined;
  problem: Problem | null;
  /** Waiting for longer than a blink, with nothing to show yet. */
  isSlow: boolean;
  reload: () => void;
  /** Puts a newer value in place, such as the answer to a change. */
  replace: (value: Value) => void;
}

const blink = 200;

/** What a GET answers, kept current by `reload`; null asks for nothing. */
export function useResource<Value>(path: string | null): Resource<Value> {
  return useLoaded(path, (signal) => api.get<Value>(path ?? '', signal));
}

/** A whole list, page by page: the first page shows at once, the rest is added as it comes. */
export function useWholeList<Item>(path: string): Resource<Item[]> & { isWhole: boolean } {
  const [isWhole, setWhole] = useState(false);
  const grow = useRef<(items: Item[]) => void>(() => undefined);
  const resource = useLoaded<Item[]>(path, async (signal) => {
    setWhole(false);
    const first = await api.list<Item>(path, signal);
    const read = async () => {
      let [items, next] = [first.items, first.next];
      while (next && !signal.aborted) {
        const page: Page<Item> = await api.list<Item>(next.replace(/^.*\/api\/v1/, ''), signal);
        items = [...items, ...page.items];
        next = page.next;
        if (!signal.aborted) grow.current(items);
      }
      if (!signal.aborted) setWhole(true);
    };
    // What stands stays when a later page fails; reading anew tries again.
    window.setTimeout(() => void read().catch(() => undefined), 0);
    return first.items;
  });
  grow.current = resource.replace;
  return { ...resource, isWhole };
}

/** What `load` gives, loaded anew when `key` changes; null loads nothing. */
export function useLoaded<Value>(key: string | null, load: (signal: AbortSignal) => Promise<Value>): Resource<Value> {
  const [value, setValue] = useState<Value>();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isSlow, setSlow] = useState(false);
  const [turn, setTurn] = useState(0);
  const loader = useRef(load);
  loader.current = load;
  const shown = useRef<string | null>(null);

  useEffect(() => {
    if (key === null) return undefined;
    if (shown.current !== key) setValue(undefined);
    const stop = new AbortController();
    const timer = window.setTimeout(() => setSlow(true), blink);
    loader.current(stop.signal).then(
      (answer) => {
        if (stop.signal.aborted) return;
        shown.current = key;
        setValue(answer);
        setProblem(null);
      },
      (error) => {
        if (!stop.signal.aborted) setProblem(problemFrom(error));
      },
    ).finally(() => {
      window.clearTimeout(timer);
      if (!stop.signal.aborted) setSlow(false);
    });
    return () => {
      stop.abort();
      window.clearTimeout(timer);
    };
  }, [key, turn]);

  const reload = useCallback(() => setTurn((turn) => turn + 1), []);
  return { value, problem, isSlow: isSlow && value === undefined, reload, replace: setValue };
}

export interface Work<Arguments extends unknown[]> {
  run: (...args: Arguments) => Promise<boolean>;
  isBusy: boolean;
  problem: Problem | null;
  /** How often it was begun. */
  tries: number;
  clear: () => void;
}

/** Something a button does: runs once at a time and keeps what went wrong until the next try. `run` tells whether it went well. */
export function useWork<Arguments extends unknown[]>(perform: (...args: Arguments) => Promise<void>): Work<Arguments> {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [tries, setTries] = useState(0);
  const busy = useRef(false);
  const latest = useRef(perform);
  latest.current = perform;
  const run = useCallback(async (...args: Arguments) => {
    if (busy.current) return false;
    busy.current = true;
    setBusy(true);
    setProblem(null);
    setTries((before) => before + 1);
    try {
      await latest.current(...args);
      return true;
    } catch (error) {
      setProblem(problemFrom(error));
      return false;
    } finally {
      busy.current = false;
      setBusy(false);
    }
  }, []);
  return { run, isBusy, problem, tries, clear: () => setProblem(null) };
}
