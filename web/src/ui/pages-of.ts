import { useEffect, useState } from 'react';
import { api, problemFrom } from '../api/client';
import type { Problem } from '../api/types';

/** A list read page by page; `more` fetches the next one. Begins anew with another path. */
export function usePages<Item>(path: string) {
  const [items, setItems] = useState<Item[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    api.list<Item>(path, stop.signal).then(
      (page) => { setItems(page.items); setNext(page.next); setProblem(null); },
      (error) => { if (!stop.signal.aborted) setProblem(problemFrom(error)); });
    return () => stop.abort();
  }, [path, turn]);
  return {
    items, problem, hasMore: next !== null,
    reload: () => setTurn(turn + 1),
    async more() {
      if (!next) return;
      try {
        const page = await api.list<Item>(next.replace(/^.*\/api\/v1/, ''));
        setItems([...(items ?? []), ...page.items]);
        setNext(page.next);
      } catch (error) {
        setProblem(problemFrom(error));
      }
    },
  };
}
