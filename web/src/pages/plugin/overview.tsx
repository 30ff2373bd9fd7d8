import { useEffect } from 'react';
import type { ContributionItem, Failure } from '../../api/types';
import { useResource } from '../../api/resource';
import { Link } from '../../shell/router';
import { useSession } from '../../shell/session';
import { Ago, Badge, Spark } from '../../ui/basics';
import { bytes, kindName, milliseconds, number } from '../../ui/format';
import { Loaded } from '../../ui/problem';
import { EnablementSection } from './enablement';
import type { PartProps } from './plugin';

/** What it adds, how it is, and what failed lately. */
export function OverviewPart({ plugin, reload: reloadPlugin }: PartProps) {
  const { health } = plugin;
  const { may } = useSession();
  const maySee = may('organisation:manage');
  const failures = useResource<Failure[]>(maySee ? `/plugins/${encodeURIComponent(plugin.id)}/failures?limit=3` : null);
  const { reload } = failures;
  useEffect(() => reload(), [reload, plugin.revision, health.errorsPerMinute]);
  return (
    <div className="stack loose">
      {plugin.description && <p style={{ maxWidth: 760 }}>{plugin.description}</p>}
      <div className="figures">
        <Figure label="Calls per minute" value={number(Math.round(health.callsPerMinute))}>
          <Spark values={health.spark} label={`Calls per minute over the last ${health.spark.length} minutes`} />
        </Figure>
        <Figure label="Errors per minute" value={number(Math.round(health.errorsPerMinute))} />
        <Figure label="Latency, p95" value={health.p95Ms === null ? '–' : milliseconds(health.p95Ms)} />
        <Figure label="Memory" value={health.memoryBytes ? bytes(health.memoryBytes) : 'no process'} />
      </div>
      <section className="card flush" aria-labelledby="adds">
        <h2 id="adds" style={{ padding: '14px 16px 8px' }}>What it adds</h2>
        {plugin.contributionsList.length === 0 && <p className="quiet" style={{ padding: '0 16px 14px' }}>Nothing that its manifest names.</p>}
        <ul className="list">{plugin.contributionsList.map((item) => <Contribution key={item.kind + item.id} plugin={plugin.id} item={item} />)}</ul>
      </section>
      <EnablementSection plugin={plugin} reload={reloadPlugin} />
      {maySee && <section className="card stack" aria-labelledby="failures">
        <h2 id="failures">The last failures</h2>
        <Loaded from={failures}>
          {(list) => list.length === 0 ? <p className="quiet">None. A call that fails is kept here, with the place in the author’s source.</p> : (
            <>
              <ul className="stack">
                {list.map((failure, place) => (
                  <li key={place} className="stack tight">
                    <span><code>{failure.entry}</code> {failure.message}</span>
                    <span className="quiet small"><code>{failure.code}</code> · <Ago at={failure.at} /></span>
                  </li>
                ))}
              </ul>
              <Link href={`/plugins/${encodeURIComponent(plugin.id)}/activity`}>All failures</Link>
            </>
          )}
        </Loaded>
      </section>}
    </div>
  );
}

function Figure({ label, value, children }: { label: string; value: string; children?: JSX.Element }) {
  return (
    <div className="card stack tight">
      <span className="quiet">{label}</span>
      <span className="row spread"><span className="figure">{value}</span>{children}</span>
    </div>
  );
}

/** Contributions link to where they live; those whose place comes with a later page only say what they are. */
function Contribution({ plugin, item }: { plugin: string; item: ContributionItem }) {
  const href = item.kind === 'page' ? `/pages/${encodeURIComponent(plugin)}/${encodeURIComponent(item.id)}` : item.kind === 'signal' ? '/integrations' : null;
  return (
    <li className="row wrap">
      <Badge>{kindName(item.kind)}</Badge>
      <span className="grow">
        {href ? <Link href={href}>{item.title}</Link> : item.title}
        {item.description && <span className="quiet small" style={{ display: 'block' }}>{item.description}</span>}
      </span>
      {item.origin && <code className="quiet small" title="Where it stands in the manifest">{item.origin}</code>}
    </li>
  );
}

