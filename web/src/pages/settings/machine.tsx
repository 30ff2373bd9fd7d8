import { useResource } from '../../api/resource';
import type { HubSettings, Overview } from '../../api/types';
import { Badge } from '../../ui/basics';
import { bytes } from '../../ui/format';
import { Loaded } from '../../ui/problem';

export function MachinePart() {
  const overview = useResource<Overview>('/overview');
  const settings = useResource<HubSettings>('/settings');
  return (
    <div className="stack loose">
      <Loaded from={overview}>
        {({ machine }) => (
          <section className="card flush" aria-labelledby="layers">
            <h2 id="layers" style={{ padding: '14px 16px 4px' }}>The sandbox {machine.sandbox === 'full' ? <Badge look="good">every layer stands</Badge> : <Badge look="warn">degraded</Badge>}</h2>
            <p className="quiet" style={{ padding: '0 16px 10px' }}>What stands between a plugin and this machine. <code>patchbay doctor</code> says the same.</p>
            <ul className="list">
              {machine.layers.map((layer) => (
                <li key={layer.name} className="row wrap">
                  <span className={`sign ${layer.state === 'on' ? 'good' : 'warn'}`} aria-hidden="true">{layer.state === 'on' ? '●' : '◐'}</span>
                  <strong style={{ minWidth: 150 }}>{layer.name}</strong><span className="grow quiet">{layer.detail}</span><Badge look={layer.state === 'on' ? 'good' : 'warn'}>{layer.state}</Badge>
                </li>
              ))}
            </ul>
          </section>
        )}
      </Loaded>
      <Loaded from={settings}>
        {(value) => (
          <section className="card" aria-labelledby="hub">
            <h2 id="hub">The hub</h2>
            <dl className="facts">
              <dt>Listens on</dt><dd>{value.bind}</dd>
              <dt>Database</dt><dd>{value.database}{overview.value && `, ${bytes(overview.value.machine.database.bytes)}`}</dd>
              <dt>Sign-in elsewhere</dt><dd>{value.oidc.map((one) => `${one.name} (${one.issuer})`).join(', ') || <span className="quiet">none</span>}</dd>
              <dt>Stores</dt><dd>{value.stores.map((one) => one.address).join(', ') || <span className="quiet">none</span>}</dd>
              <dt>Version</dt><dd>{overview.value?.machine.version}</dd>
            </dl>
          </section>
        )}
      </Loaded>
    </div>
  );
}
