import { useSightings, type Api } from './sightings';
import { SightingsTable } from './SightingsTable';

/** The season everywhere. */
export default function SeasonPage({ api }: { api: Api }) {
  return (
    <main>
      <h1>The season so far</h1>
      <SightingsTable asked={useSightings(api)} />
    </main>
  );
}
