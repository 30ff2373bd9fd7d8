import { useSightings, type PartProps } from './sightings';
import { SightingsTable } from './SightingsTable';

/** What was seen at a place this season. */
export default function SightingsTab({ entity, api }: PartProps) {
  return <SightingsTable asked={useSightings(api, entity.name)} />;
}
