import type { Overview } from '../../api/types';
import { useEvents } from '../../api/events';
import { useResource } from '../../api/resource';
import { Link } from '../../shell/router';
import { useSession } from '../../shell/session';
import { Ago, Badge, Empty, Icon, Spark } from '../../ui/basics';
import { bytes, milliseconds, number, plural } from '../../ui/format';
import { Loaded } from '../../ui/problem';

/** Is everything well, and what waits for me? */
export function OverviewPage() {
  const overview = useResource<Overview>('/overview');
  useEvents('overview', () => overview.reload());
  return <Loaded from={overview}>{(value) => <Glance overview={value} />}</Loaded>;
}

function Glance({ overview }: { overview: Overview }) {
  const { may } = useSession();
  const { plugins, calls, machine } = overview;
  const total = plugins.running + plugins.idle + plugins.needsYou + plugins.quarantined + plugins.disabled;
  const failed = overview.needsYou.filter((item) => item.action === 'see-failure').length;
  const isWell = plugins.needsYou === 0 && plugins.quarantined === 0 && machine.sandbox === 'full';
  return (
    <>
      <div className="page-head">
        <div className="grow stack tight">
          <h1>{isWell ? 'Everything is well' : failed > 0 ? 'Something failed' : 'Something waits for you'}</h1>
          <p className="quiet">Patchbay {machine.version}, started <Ago at={machine.startedAt} /></p>
        </div>
        {may('admin:plugins') && <Link className="button primary" href="/plugins?install=1"><Icon name="plus-lg" />Install a plugin</Link>}
      </div>
      {machine.sandbox === 'degraded' && (
        <div className="notice warn">
          <strong>The sandbox is not whole on this machine.</strong>
          <span>{machine.layers.filter((layer) => layer.state !== 'on').map((layer) => `${layer.name}: ${layer.detail}`).join('; ')}</span>
          <span><Link href="/settings/machine">What that means</Link></span>
        </div>
      )}
      {total === 0 ? (
        <Empty icon="plug" title="No plugins yet" action={may('admin:plugins') ? <Link className="button primary" href="/plugins?install=1">Install the first one</Link> : undefined}>
          A plugin is a package that adds signals, actions, pages and more. What it asks for is shown before anything of it runs.
        </Empty>
      ) : (
        <div className="figures">
          <Figure label="Running" value={plugins.running} sign="●" mood="good" href="/plugins?state=running" />
          <Figure label="Idle" value={plugins.idle} sign="○" mood="idle" href="/plugins?state=idle" />
          <Figure label="Needs you" value={plugins.needsYou - failed} sign="◐" mood="warn" href="/plugins?state=needs-you" />
          <Figure label="Failed" value={failed} sign="✕" mood="bad" href="/plugins?state=quarantined" />
          <div className="card stack tight">
            <span className="quiet">Calls per minute</span>
            <span className="row spread"><span className="figure">{number(Math.round(calls.perMinute))}</span>
              <Spark values={calls.spark} label={`Calls per minute over the last ${calls.spark.length} minutes`} /></span>
            <span className="quiet small">{calls.errors === 0 ? 'no errors' : plural(calls.errors, 'error')}{calls.p95Ms !== null && `, p95 ${milliseconds(calls.p95Ms)}`}</span>
          </div>
        </div>
      )}
      {overview.needsYou.length > 0 && (
        <section className="card flush" aria-labelledby="needs-you">
          <h2 id="needs-you" style={{ padding: '14px 16px 8px' }}>Waits for you</h2>
          <ul className="list">
            {overview.needsYou.map((item) => (
              <li key={item.plugin + item.action} className="row wrap">
                <span className={`sign ${item.action === 'see-failure' ? 'bad' : 'warn'}`} aria-hidden="true">{item.action === 'see-failure' ? '✕' : '◐'}</span>
                <span className="grow"><Link href={`/plugins/${encodeURIComponent(item.plugin)}`}>{item.name}</Link> <span className="quiet">{item.what}</span></span>
                {may('admin:plugins') && <Link className="button small" href={placeOf(item.plugin, item.action)}>{actionWords[item.action]}<span className="visually-hidden"> {item.name}</span></Link>}
              </li>
            ))}
          </ul>
        </section>
      )}
      <div className="columns">
        <section className="card stack" aria-labelledby="lately">
          <h2 id="lately">Lately</h2>
          {overview.journal.length === 0 && <p className="quiet">Nothing has happened yet.</p>}
          <ul className="stack tight">
            {overview.journal.map((entry) => (
              <li key={entry.sequence} className="row spread">
                <span className="cut"><code>{entry.eventType}</code> <span className="quiet">{entry.source}</span></span>
                <span className="quiet small"><Ago at={entry.timestamp} /></span>
              </li>
            ))}
          </ul>
        </section>
        <section className="card stack" aria-labelledby="machine">
          <h2 id="machine">This machine</h2>
          <dl className="facts">
            <dt>Sandbox</dt><dd>{machine.sandbox === 'full' ? <Badge look="good">every layer stands</Badge> : <Badge look="warn">degraded</Badge>}</dd>
            <dt>Database</dt><dd>{machine.database.kind}, {bytes(machine.database.bytes)}</dd>
          </dl>
        </section>
      </div>
    </>
  );
}

const actionWords = { consent: 'Review', configure: 'Configure', review: 'Review update', 'see-failure': 'See why' };

function placeOf(plugin: string, action: keyof typeof actionWords): string {
  const base = `/plugins/${encodeURIComponent(plugin)}`;
  return action === 'configure' ? `${base}/configuration` : action === 'see-failure' ? `${base}/activity` : `${base}/consent`;
}

function Figure({ label, value, sign, mood, href }: { label: string; value: number; sign: string; mood: string; href: string }) {
  return (
    <Link className="card stack tight" href={href} style={{ color: 'inherit' }}>
      <span className="quiet"><span className={`sign ${mood}`} aria-hidden="true">{sign}</span> {label}</span>
      <span className="figure">{number(value)}</span>
    </Link>
  );
}
