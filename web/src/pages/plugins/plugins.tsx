import { memo, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import type { Plugin } from '../../api/types';
import { useEvents } from '../../api/events';
import { useWholeList } from '../../api/resource';
import { Link, useQuery } from '../../shell/router';
import { useSession } from '../../shell/session';
import { Badge, Button, Empty, PluginIcon, Spark } from '../../ui/basics';
import { Filter, SearchField } from '../../ui/fields';
import { contributions, formatNames, kindName, milliseconds, bytes, number } from '../../ui/format';
import { StateLine, StateSign, moodOf } from '../../ui/plugin-state';
import { Loaded } from '../../ui/problem';
import { InstallDialog } from './install';
import { Installations } from './installations';

/** The rows that are drawn at first, more than any window shows; and how many are added as one scrolls to the end of them. */
const rowsFirst = 40;
const rowsMore = 120;

/** Many changes in a row, as when a folder of plugins is installed, are read once, milliseconds after the first. */
const rereadPause = 1000;

/** What is installed, what state it is in, and what waits for somebody. */
export function PluginsPage() {
  const plugins = useWholeList<Plugin>('/plugins?limit=200');
  const { may } = useSession();
  const [isInstalling, setInstalling] = useQuery('install');
  const rereading = useRef(0);
  const rereadSoon = () => {
    if (rereading.current) return;
    rereading.current = window.setTimeout(() => {
      rereading.current = 0;
      plugins.reload();
    }, rereadPause);
  };
  useEffect(() => () => window.clearTimeout(rereading.current), []);
  useEvents('plugins', (data) => {
    const changed = data as Plugin;
    const list = plugins.value;
    const place = list?.findIndex((plugin) => plugin.id === changed.id) ?? -1;
    // In place, so that nothing moves under the hand.
    if (list && place >= 0 && changed.name) plugins.replace([...list.slice(0, place), changed, ...list.slice(place + 1)]);
    else rereadSoon();
  });
  useEvents('metrics', (data) => {
    const { plugin: about, health } = data as { plugin?: string; health?: Plugin['health'] };
    const list = plugins.value;
    if (list && health) plugins.replace(list.map((plugin) => (plugin.id === about ? { ...plugin, health } : plugin)));
  });
  return (
    <>
      <div className="page-head">
        <h1 className="grow">Plugins</h1>
        {may('admin:plugins') && <Button look="primary" icon="plus-lg" onClick={() => setInstalling('1')}>Install</Button>}
      </div>
      {may('admin:plugins') && <Installations />}
      <Loaded from={plugins}>{(list) => <PluginList list={list} onInstall={() => setInstalling('1')} isWhole={plugins.isWhole} />}</Loaded>
      {isInstalling && may('admin:plugins') && <InstallDialog onClose={() => setInstalling('')} />}
    </>
  );
}

type Standing = 'running' | 'idle' | 'needs-you' | 'quarantined' | 'disabled';

function standingOf(plugin: Plugin): Standing {
  if (plugin.state.worker === 'quarantined' || plugin.state.name === 'invalid' || plugin.state.name === 'incompatible') return 'quarantined';
  if (plugin.state.name === 'needs-consent' || plugin.state.name === 'needs-configuration' || plugin.waiting) return 'needs-you';
  if (plugin.state.name === 'disabled') return 'disabled';
  return moodOf(plugin.state).mood === 'idle' ? 'idle' : 'running';
}

const standings: [Standing, string, string, string][] = [
  ['running', 'Running', '●', 'good'], ['idle', 'Idle', '○', 'idle'], ['needs-you', 'Needs you', '◐', 'warn'],
  ['quarantined', 'Failed', '✕', 'bad'], ['disabled', 'Disabled', '–', 'idle'],
];

function PluginList({ list, onInstall, isWhole }: { list: Plugin[]; onInstall: () => void; isWhole: boolean }) {
  const { may } = useSession();
  const [text, setText] = useQuery('q');
  const [standing, setStanding] = useQuery('state');
  const [format, setFormat] = useQuery('format');
  const [kind, setKind] = useQuery('kind');
  const [rows, setRows] = useState(rowsFirst);
  const byStanding = useMemo(() => {
    const found = new Map<Standing, number>();
    for (const plugin of list) found.set(standingOf(plugin), (found.get(standingOf(plugin)) ?? 0) + 1);
    return found;
  }, [list]);
  // The field shows each letter at once; the rows follow when there is time.
  const sought = useDeferredValue(text);
  const filters = [sought, standing, format, kind].join('\n');
  useEffect(() => setRows(rowsFirst), [filters]);
  const shown = useMemo(() => {
    const words = sought.toLowerCase().split(/\s+/).filter(Boolean);
    return list.filter((plugin) =>
      (!standing || standingOf(plugin) === standing) && (!format || plugin.format === format) && (!kind || plugin.contributions[kind])
      && words.every((word) => `${plugin.name} ${plugin.id} ${plugin.description ?? ''} ${plugin.tags.join(' ')}`.toLowerCase().includes(word)));
  }, [list, filters]);
  const kinds = useMemo(() => [...new Set(list.flatMap((plugin) => Object.keys(plugin.contributions)))].sort(), [list]);
  if (list.length === 0) {
    return (
      <Empty icon="plug" title="No plugins yet"
        action={may('admin:plugins') ? <Button look="primary" icon="plus-lg" onClick={onInstall}>Install the first one</Button> : undefined}>
        {may('admin:plugins')
          ? 'Choose a package: a file, a folder, an npm name or an address. What it asks for is shown before anything of it runs.'
          : 'An administrator of this hub can install some.'}
      </Empty>
    );
  }
  return (
    <div className="stack">
      <div className="row wrap" role="group" aria-label="State">
        {standings.map(([key, label, sign, mood]) => {
          const count = byStanding.get(key) ?? 0;
          return (
            <button key={key} type="button" className="button small" aria-pressed={standing === key} onClick={() => setStanding(standing === key ? '' : key)}
              style={standing === key ? { background: 'var(--pb-accent-soft)', borderColor: 'var(--pb-accent)' } : undefined}>
              <span className={`sign ${mood}`} aria-hidden="true">{sign}</span>{label} {count}
            </button>
          );
        })}
      </div>
      <div className="row wrap">
        <SearchField label="Search plugins" value={text} onChange={setText} />
        <Filter label="Format" value={format} onChange={setFormat} options={Object.entries(formatNames)} />
        <Filter label="Adds" value={kind} onChange={setKind} options={kinds.map((one) => [one, kindName(one, 2)])} />
      </div>
      {shown.length === 0 ? (
        <div className="card empty">
          <p>No plugin fits these filters.</p>
          <Button onClick={() => { setText(''); setStanding(''); setFormat(''); setKind(''); }}>Show all {list.length}</Button>
        </div>
      ) : (
        <ul className="card flush list" aria-label="Installed plugins">
          {shown.slice(0, rows).map((plugin) => <Row key={plugin.id} plugin={plugin} mayAct={may('admin:plugins')} />)}
        </ul>
      )}
      {shown.length > rows && <More key={rows} label={`Show ${Math.min(rowsMore, shown.length - rows)} more of ${number(shown.length)}`} onMore={() => setRows(rows + rowsMore)} />}
      {!isWhole && list.length >= 200 && <p className="quiet small" role="status">{number(list.length)} are here; more are coming.</p>}
    </div>
  );
}

/** A button that presses itself when it is scrolled near. */
function More({ label, onMore }: { label: string; onMore: () => void }) {
  const place = useRef<HTMLDivElement>(null);
  const more = useRef(onMore);
  more.current = onMore;
  useEffect(() => {
    const watch = new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) more.current(); }, { rootMargin: '600px' });
    if (place.current) watch.observe(place.current);
    return () => watch.disconnect();
  }, []);
  return <div ref={place}><Button onClick={onMore}>{label}</Button></div>;
}

/** Drawn anew when its own plugin changes, not when another does or somebody types. */
const Row = memo(function Row({ plugin, mayAct }: { plugin: Plugin; mayAct: boolean }) {
  const standing = standingOf(plugin);
  const next = mayAct ? actionFor(plugin) : null;
  return (
    <li className="plugin-row">
      <StateSign plugin={plugin} />
      <PluginIcon name={plugin.name} url={plugin.icon} />
      <div className="stack tight" style={{ gap: 1 }}>
        <span className="row wrap" style={{ gap: '0 8px' }}>
          <Link className="title" href={`/plugins/${encodeURIComponent(plugin.id)}`} style={{ fontWeight: 600 }}>{plugin.name}</Link>
          <span className="quiet small">{plugin.version}</span>
          {plugin.format !== 'patchbay' && <Badge>{formatNames[plugin.format]}</Badge>}
          {plugin.isLinked && <Badge title="Used where it lies, for development">linked</Badge>}
        </span>
        <span className="quiet small">{contributions(plugin.contributions)}</span>
      </div>
      <div className="small how">
        {standing === 'running' || (standing === 'idle' && plugin.health.callsPerMinute > 0)
          ? <span>{number(Math.round(plugin.health.callsPerMinute))} calls/min{plugin.health.p95Ms !== null && ` · p95 ${milliseconds(plugin.health.p95Ms)}`}
            {plugin.health.memoryBytes ? ` · ${bytes(plugin.health.memoryBytes)}` : ''}</span>
          : <StateLine plugin={plugin} />}
      </div>
      <Spark values={plugin.health.spark} label={`Calls of ${plugin.name} in the last minutes`} />
      {next && <Link className="button small do" href={next.href}>{next.label}<span className="visually-hidden"> {plugin.name}</span></Link>}
    </li>
  );
});

function actionFor(plugin: Plugin): { label: string; href: string } | null {
  const base = `/plugins/${encodeURIComponent(plugin.id)}`;
  if (plugin.state.worker === 'quarantined') return { label: 'See why', href: `${base}/activity` };
  if (plugin.state.name === 'needs-consent') return { label: 'Review', href: `${base}/consent` };
  if (plugin.state.name === 'needs-configuration') return { label: 'Configure', href: `${base}/configuration` };
  if (plugin.waiting) return { label: 'Review update', href: `${base}/consent?version=${encodeURIComponent(plugin.waiting.version)}` };
  return null;
}
