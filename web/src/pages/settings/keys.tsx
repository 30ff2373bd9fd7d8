import { api } from '../../api/client';
import { useResource, useWork } from '../../api/resource';
import type { HubSettings } from '../../api/types';
import { Badge, Button } from '../../ui/basics';
import { plural } from '../../ui/format';
import { useToast } from '../../ui/overlay';
import { Loaded, ProblemNote } from '../../ui/problem';

/** The vault's keys; their values are nowhere to be seen. */
export function KeysPart() {
  const settings = useResource<HubSettings>('/settings');
  const tell = useToast();
  const rotate = useWork(async () => {
    const { done, total } = await api.post<{ done: number; total: number }>('/settings/vault/rotate');
    settings.reload();
    tell(`${done} of ${plural(total, 'secret')} sealed anew.`);
  });
  return (
    <Loaded from={settings}>
      {({ vault }) => (
        <section className="card stack" aria-labelledby="vault">
          <h2 id="vault">The vault</h2>
          <p className="quiet">Secrets are sealed with the active key, which lies outside the database. A second key makes the first one replaceable: load it, make it active, seal anew.</p>
          <ul className="list">
            {vault.keys.map((key) => (
              <li key={key.id} className="row"><code className="grow">{key.id}</code><span>{plural(key.secrets, 'secret')}</span>{key.active ? <Badge look="good">active</Badge> : key.secrets === 0 ? <Badge>not needed any more</Badge> : <Badge look="warn">still needed</Badge>}</li>
            ))}
          </ul>
          {rotate.problem && <ProblemNote problem={rotate.problem} />}
          <div><Button isBusy={rotate.isBusy} onClick={() => void rotate.run()}>Seal everything with the active key</Button></div>
        </section>
      )}
    </Loaded>
  );
}
