import type { Asked } from './sightings';

/** The table of the tab and of the page, and what stands there until it has come. */
export function SightingsTable({ asked }: { asked: Asked }) {
  if (asked.state === 'asking') return <p role="status">Leafing through the notebook…</p>;
  if (asked.state === 'failed') return <p role="alert">The sightings cannot be shown. {asked.reason}</p>;
  const { species, notes, since } = asked.sightings;
  if (species.length === 0) return <p>No sightings since <time dateTime={since}>{new Date(since).toLocaleDateString()}</time>.</p>;
  return (
    <table>
      <caption>From {notes} notes since <time dateTime={since}>{new Date(since).toLocaleDateString()}</time></caption>
      <thead>
        <tr><th scope="col">Species</th><th scope="col">Notes</th><th scope="col">Most at once</th></tr>
      </thead>
      <tbody>
        {species.map((row) => (
          <tr key={row.name}><th scope="row">{row.name}</th><td>{row.notes}</td><td>{row.most}</td></tr>
        ))}
      </tbody>
    </table>
  );
}
