import { useEffect, useState } from 'react';
import type { RefObject } from 'react';

/** How long something stays in sight before it is worth a picture. Each SVG is a document of its own to a browser, some 10 ms of it. */
const restMs = 120;

const waiting = new Map<Element, () => void>();
const timers = new Map<Element, number>();
let watcher: IntersectionObserver | null = null;

function look(seen: IntersectionObserverEntry[]): void {
  for (const { target, isIntersecting } of seen) {
    window.clearTimeout(timers.get(target));
    timers.delete(target);
    if (isIntersecting) timers.set(target, window.setTimeout(() => waiting.get(target)?.(), restMs));
  }
}

function forget(element: Element): void {
  watcher?.unobserve(element);
  waiting.delete(element);
  window.clearTimeout(timers.get(element));
  timers.delete(element);
}

/** Whether an element has been in sight long enough, once; what one only scrolls past is not. With `isWatched` false, at once. */
export function useRest(element: RefObject<Element>, isWatched: boolean): boolean {
  const [isAtRest, setAtRest] = useState(!isWatched);
  useEffect(() => {
    const target = element.current;
    if (isAtRest || !target) return undefined;
    watcher ??= new IntersectionObserver(look, { rootMargin: '60px' });
    waiting.set(target, () => {
      forget(target);
      setAtRest(true);
    });
    watcher.observe(target);
    return () => forget(target);
  }, [element, isAtRest]);
  return isAtRest;
}
