import { TEAM_ANNOTATION } from '../rota';
import type { Config, RotaService } from './service';

/** Teams of the rota service as groups of the catalog. */
export function teamsProvider(service: RotaService) {
  return {
    id: 'oncall.teams',
    async *ingest({ config }: { config: Config }) {
      const base = String(config.get('baseUrl')).replace(/\/+$/, '');
      for (const { id, name, description } of await service.teams()) {
        const url = `${base}/teams/${encodeURIComponent(id)}`;
        yield {
          kind: 'group',
          namespace: 'default',
          name: id,
          title: name,
          description,
          annotations: { [TEAM_ANNOTATION]: id },
          links: [{ title: 'Rota', url }],
          sources: [{ kind: 'oncall', url }],
        };
      }
    },
  };
}
