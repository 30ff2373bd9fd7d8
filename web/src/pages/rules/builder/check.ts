import { useEffect, useMemo, useState } from 'react';
import { api } from '../../../api/client';
import type { Finding } from '../../../api/types';
import { placeOf } from '../model/tree';

/** How long nobody types before the hub is asked, in milliseconds. */
const pause = 400;

/** A finding and what of its condition it is about, such as `/threshold`. */
export interface PlacedFinding { finding: Finding; rest: string }

/** What the hub finds of a rule that is being written, by the node it lies in; the rest is about the rule as a whole. */
export function useFindings(rule: object | null, places: Map<string, string>): { byNode: Map<string, PlacedFinding[]>; others: Finding[]; isSettled: boolean } {
  const body = rule && JSON.stringify({ rule });
  const [found, setFound] = useState<{ body: string; findings: Finding[]; places: Map<string, string> } | null>(null);
  useEffect(() => {
    if (!body) return undefined;
    const stop = new AbortController();
    const timer = window.setTimeout(() => {
      // What cannot be asked is found when it is saved.
      api.post<{ findings: Finding[] }>('/rules/check', JSON.parse(body)).then((answer) => {
        if (!stop.signal.aborted) setFound({ body, findings: answer.findings ?? [], places });
      }, () => undefined);
    }, pause);
    return () => {
      stop.abort();
      window.clearTimeout(timer);
    };
  }, [body]);
  return useMemo(() => ({ ...sorted(found?.findings ?? [], found?.places ?? places), isSettled: found?.body === body }), [found, body]);
}

export function sorted(findings: Finding[], places: Map<string, string>): { byNode: Map<string, PlacedFinding[]>; others: Finding[] } {
  const byNode = new Map<string, PlacedFinding[]>();
  const others: Finding[] = [];
  for (const finding of findings) {
    const place = placeOf((finding.pointer ?? '').replace(/^\/rule(?=\/)/, ''), places);
    if (place) byNode.set(place.key, [...(byNode.get(place.key) ?? []), { finding, rest: place.rest }]);
    else others.push(finding);
  }
  return { byNode, others };
}
