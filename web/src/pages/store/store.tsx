import { api } from '../../api/client';
import { useResource, useWork } from '../../api/resource';
import type { Installation, StoreItem } from '../../api/types';
import { Link, useQuery } from '../../shell/router';
import { Badge, Button, Empty, PluginIcon } from '../../ui/basics';
import { SearchField } from '../../ui/fields';
import { contributions } from '../../ui/format';
import { useToast } from '../../ui/overlay';
import { Loaded, ProblemNote } from '../../ui/problem';
import { RiskBadge } from '../../ui/risk';
import { Installations, watchInstallation } from '../plugins/installations';

/** What could be installed: what each adds and asks for, so that one can choose before. */
export function StorePage() {
  const [text, setText] = useQuery('q');
  const items = useResource<StoreItem[]>('/store');
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return (
    <>
      <div className="page-head"><h1 className="grow">Store</h1><Link className="button" href="/plugins?install=1">Install from elsewhere</Link></div>
      <Installations />
      <Loaded from={items}>
        {(list) => {
          const shown = list.filter((item) => words.every((word) => `${item.name} ${item.id} ${item.description ?? ''}`.toLowerCase().includes(word)));
          return list.length === 0 ? (
            <Empty icon="shop" title="No store is named" action={<Link className="button" href="/settings/machine">To the settings</Link>}>
              A store is a folder or an address with packages. Name one with <code>stores:</code> in patchbay.yaml.
            </Empty>
          ) : (
            <>
              <div className="row"><SearchField label="Search the store" value={text} onChange={setText} /></div>
              {shown.length === 0 && <div className="card empty"><p>Nothing in the store is called “{text}”.</p></div>}
              <div className="columns">{shown.map((item) => <Card key={item.id + item.version} item={item} onInstalled={items.reload} />)}</div>
            </>
          );
        }}
      </Loaded>
    </>
  );
}

function Card({ item, onInstalled }: { item: StoreItem; onInstalled: () => void }) {
  const tell = useToast();
  const install = useWork(async () => {
    const source = /^https?:/.test(item.source) ? { address: item.source } : { path: item.source };
    watchInstallation(await api.post<Installation>('/plugins/installations', { source }));
    tell(`Installing ${item.name}.`);
    onInstalled();
  });
  return (
    <section className="card stack" aria-label={item.name}>
      <div className="row top-aligned">
        <PluginIcon name={item.name} url={item.icon} isLarge />
        <div className="grow"><h2 style={{ overflowWrap: 'anywhere' }}>{item.name}</h2><span className="quiet small">{item.version}{item.publisher && ` · ${item.publisher}`}</span></div>
        {item.installed && <Badge look="good">installed {item.installed}</Badge>}
      </div>
      {item.description && <p>{item.description}</p>}
      <p className="small"><span className="quiet">Adds</span> {contributions(item.contributions)}</p>
      {item.permissions.length === 0 ? <p className="small quiet">Asks for nothing.</p> : (
        <div className="small"><span className="quiet">Asks for</span>
          <ul className="stack tight">{item.permissions.map((one) => <li key={one.permission}>{one.words} <RiskBadge risk={one.risk} /></li>)}</ul>
        </div>
      )}
      {item.screenshots?.[0] && <img src={item.screenshots[0].url} alt={item.screenshots[0].title ?? `Screenshot of ${item.name}`} style={{ maxWidth: '100%', borderRadius: 6 }} loading="lazy" />}
      {install.problem && <ProblemNote problem={install.problem} />}
      {item.installed === item.version ? <Link className="button" href={`/plugins/${encodeURIComponent(item.id)}`}>Open</Link>
        : <Button look="primary" isBusy={install.isBusy} onClick={() => void install.run()}>{item.installed ? `Update to ${item.version}` : 'Install'}</Button>}
    </section>
  );
}
