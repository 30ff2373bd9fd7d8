import { useApi } from '@forgeportal/plugin-sdk/react';
import { TEAM_ANNOTATION, type Rota } from '../rota';
import { GapNote, Loaded, Moment, People } from './parts';

export interface EntityProps {
  entity: { name: string; annotations?: Record<string, string> };
}

export const pathOf = (team: string) => `/api/v1/plugins/oncall/teams/${encodeURIComponent(team)}`;

export function OnCallTab({ entity }: EntityProps) {
  const team = entity.annotations?.[TEAM_ANNOTATION];
  // The hooks stand in a component of their own, so that they are never skipped.
  return team === undefined ? <NoTeam name={entity.name} /> : <TeamRota team={team} />;
}

function NoTeam({ name }: { name: string }) {
  return (
    <section className="rounded border p-4">
      <h2 className="font-medium">No team is named</h2>
      <p className="text-sm text-gray-500">
        Add the annotation <code>{TEAM_ANNOTATION}</code> to {name}, with the id its team has at the rota service.
      </p>
    </section>
  );
}

function TeamRota({ team }: { team: string }) {
  const query = useApi<{ data: Rota }>(pathOf(team), { refetchInterval: 60_000 });
  return (
    <Loaded query={query}>
      {(rota) => (
        <section className="space-y-4">
          <h2 className="font-medium">On call now</h2>
          <People shifts={rota.now} />
          <GapNote gap={rota.gap} />
          <h2 className="font-medium">Next</h2>
          <table className="w-full text-sm">
            <thead>
              <tr><th scope="col" className="text-left">Who</th><th scope="col" className="text-left">From</th><th scope="col" className="text-left">Until</th></tr>
            </thead>
            <tbody>
              {rota.next.map((shift) => (
                <tr key={shift.startsAt + shift.person.email}>
                  <td>{shift.person.name}</td>
                  <td><Moment at={shift.startsAt} /></td>
                  <td><Moment at={shift.endsAt} /></td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </Loaded>
  );
}
