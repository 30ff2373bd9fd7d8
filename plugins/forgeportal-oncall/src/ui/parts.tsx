import type { ReactNode } from 'react';
import type { Gap, Shift } from '../rota';

export interface Query<Data> {
  data?: { data: Data };
  isPending: boolean;
  isError: boolean;
  error: Error | null;
}

/** What a query has to show: that it is on its way, that it failed, or what came. */
export function Loaded<Data>({ query, children }: { query: Query<Data>; children: (data: Data) => ReactNode }) {
  if (query.isError) {
    return <p role="alert" className="text-sm text-red-600">The rota cannot be shown. {query.error?.message}</p>;
  }
  if (query.isPending || query.data === undefined) {
    return <p role="status" className="text-sm text-gray-500">Asking for the rota…</p>;
  }
  return <>{children(query.data.data)}</>;
}

export function Moment({ at }: { at: string }) {
  return <time dateTime={at}>{new Date(at).toLocaleString(undefined, { weekday: 'short', hour: '2-digit', minute: '2-digit' })}</time>;
}

export function People({ shifts }: { shifts: Shift[] }) {
  if (shifts.length === 0) return <p className="text-sm font-medium text-red-600">Nobody is on call.</p>;
  return (
    <ul className="space-y-1">
      {shifts.map(({ person, endsAt }) => (
        <li key={`${person.email} ${endsAt}`}>
          <a className="font-medium" href={`mailto:${person.email}`}>{person.name}</a>
          <span className="text-sm text-gray-500"> until <Moment at={endsAt} /></span>
        </li>
      ))}
    </ul>
  );
}

export function GapNote({ gap }: { gap: Gap | null }) {
  if (gap === null) return null;
  return (
    <p role="note" className="rounded border p-4 text-sm">
      Nobody is on call from <Moment at={gap.startsAt} /> until <Moment at={gap.endsAt} />.
    </p>
  );
}
