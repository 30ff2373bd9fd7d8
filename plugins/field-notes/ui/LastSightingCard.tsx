import { useSightings, type PartProps } from './sightings';

/** The latest note of a place. */
export default function LastSightingCard({ entity, api }: PartProps) {
  const asked = useSightings(api, entity.name);
  if (asked.state === 'asking') return <p role="status">Leafing through the notebook…</p>;
  if (asked.state === 'failed') return <p role="alert">The last note cannot be shown. {asked.reason}</p>;
  const { last } = asked.sightings;
  if (last === null) return <p>Nothing has been seen here this season.</p>;
  return (
    <figure>
      <blockquote>{last.title}</blockquote>
      <figcaption>{last.observer ?? 'Somebody'}, <time dateTime={last.at}>{new Date(last.at).toLocaleString()}</time></figcaption>
    </figure>
  );
}
