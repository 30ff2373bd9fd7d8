import { useApi } from '@forgeportal/plugin-sdk/react';
import { TEAM_ANNOTATION, type Rota } from '../rota';
import { Loaded, People } from './parts';
import { pathOf, type EntityProps } from './OnCallTab';

/** For the overview: who is on call, and nothing where no team is named. */
export function OnCallCard({ entity }: EntityProps) {
  const team = entity.annotations?.[TEAM_ANNOTATION];
  const query = useApi<{ data: Rota }>(pathOf(team ?? ''), { enabled: team !== undefined, refetchInterval: 60_000 });
  if (team === undefined) return null;
  return (
    <section className="rounded border p-4">
      <h3 className="font-medium">On call</h3>
      <Loaded query={query}>{(rota) => <People shifts={rota.now} />}</Loaded>
    </section>
  );
}
