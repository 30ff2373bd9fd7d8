import { useEffect, useState } from 'react';

/** What `GET /sightings` of this plugin answers. */
export interface Sightings {
  since: string;
  notes: number;
  species: { name: string; notes: number; most: number }[];
  last: { at: string; title: string; observer: string | null } | null;
}

/** Asks a route of this plugin; the hub hands it to whatever it draws. */
export type Api = (path: string, options?: { signal?: AbortSignal }) => Promise<unknown>;

export interface PartProps {
  entity: { name: string; title?: string };
  api: Api;
}

export type Asked = { state: 'asking' } | { state: 'failed'; reason: string } | { state: 'here'; sightings: Sightings };

export const pathOf = (place?: string) => (place === undefined ? '/sightings' : `/sightings?place=${encodeURIComponent(place)}`);

/** The sightings of a place, or of all; asked for anew when the place changes. */
export function useSightings(api: Api, place?: string): Asked {
  const [asked, setAsked] = useState<Asked>({ state: 'asking' });
  useEffect(() => {
    const leaving = new AbortController();
    setAsked({ state: 'asking' });
    api(pathOf(place), { signal: leaving.signal }).then(
      (sightings) => { if (!leaving.signal.aborted) setAsked({ state: 'here', sightings: sightings as Sightings }); },
      (error: Error) => { if (!leaving.signal.aborted) setAsked({ state: 'failed', reason: error.message }); },
    );
    return () => leaving.abort();
  }, [api, place]);
  return asked;
}
