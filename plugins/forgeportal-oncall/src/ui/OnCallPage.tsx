import { useApi } from '@forgeportal/plugin-sdk/react';
import type { Rota, Team } from '../rota';
import { GapNote, Loaded, People } from './parts';
import { pathOf } from './OnCallTab';

/** All teams at a glance. */
export function OnCallPage() {
  const teams = useApi<{ data: Team[] }>('/api/v1/plugins/oncall/teams');
  return (
    <main className="space-y-4 p-4">
      <h1 className="font-medium">On call</h1>
      <Loaded query={teams}>
        {(list) => (list.length === 0 ? <p className="text-sm text-gray-500">The rota service knows no teams.</p> : list.map((team) => <TeamNow key={team.id} team={team} />))}
      </Loaded>
    </main>
  );
}

function TeamNow({ team }: { team: Team }) {
  const query = useApi<{ data: Rota }>(pathOf(team.id), { refetchInterval: 60_000 });
  return (
    <section className="rounded border p-4 space-y-4">
      <h2 className="font-medium">{team.name}</h2>
      <Loaded query={query}>{(rota) => <><People shifts={rota.now} /><GapNote gap={rota.gap} /></>}</Loaded>
    </section>
  );
}
