import { useState } from 'react';
import { api } from '../../api/client';
import { useEvents } from '../../api/events';
import { useResource, useWork } from '../../api/resource';
import type { Resource } from '../../api/resource';
import type { Plugin, PluginDetail } from '../../api/types';
import { Link, useRouter } from '../../shell/router';
import { useSession } from '../../shell/session';
import { Badge, Button, Empty, Icon, PluginIcon } from '../../ui/basics';
import { formatNames } from '../../ui/format';
import { Menu, useToast } from '../../ui/overlay';
import { StateLine, StateSign } from '../../ui/plugin-state';
import { Loaded, ProblemNote } from '../../ui/problem';
import { Tabs } from '../../ui/tabs';
import { AboutPart } from './about';
import { ActivityPart } from './activity';
import { ConfigurationPart } from './configuration';
import { ConsentPart } from './consent';
import { hubSwitch } from './enablement';
import { OverviewPart } from './overview';
import { PermissionsPart } from './permissions';
import { RemoveDialog } from './remove';
import { VersionsPart } from './versions';

const parts: [string, string][] = [
  ['', 'Overview'], ['permissions', 'Permissions'], ['configuration', 'Configuration'], ['activity', 'Activity'], ['versions', 'Versions'], ['about', 'About'],
];

/** A plugin's page: the same six parts for every plugin. */
export function PluginPage({ id, part }: { id: string; part: string }) {
  const plugin = useResource<PluginDetail>(`/plugins/${encodeURIComponent(id)}`);
  const [isGone, setGone] = useState(false);
  useEvents(`plugin:${id}`, (data) => {
    const changed = data as Plugin & { removed?: boolean };
    const before = plugin.value;
    if (changed.removed) setGone(true);
    else if (before && changed.revision === before.revision && changed.name) plugin.replace({ ...before, ...changed });
    else plugin.reload();
  });
  useEvents('metrics', (data) => {
    const { plugin: about, health } = data as { plugin?: string; health?: Plugin['health'] };
    if (plugin.value && about === id && health) plugin.replace({ ...plugin.value, health });
  });
  if (isGone) {
    return (
      <Empty icon="plug" title={`${plugin.value?.name ?? id} is removed`} action={<Link className="button" href="/plugins">To the plugins</Link>}>
        Somebody removed it while you were here.
      </Empty>
    );
  }
  if (plugin.problem?.status === 404 && !plugin.value) {
    return (
      <Empty icon="plug" title="There is no such plugin" level="h1" action={<Link className="button primary" href="/plugins">To the plugins</Link>}>
        Nothing is installed under <code style={{ overflowWrap: 'anywhere' }}>{id}</code>. It may have been removed; the journal would say when.
      </Empty>
    );
  }
  return <Loaded from={plugin}>{(value) => <Whole plugin={value} part={part} resource={plugin} />}</Loaded>;
}

export interface PartProps { plugin: PluginDetail; reload: () => void }

function Whole({ plugin, part, resource }: { plugin: PluginDetail; part: string; resource: Resource<PluginDetail> }) {
  const props: PartProps = { plugin, reload: resource.reload };
  const base = `/plugins/${encodeURIComponent(plugin.id)}`;
  return (
    <>
      <Head plugin={plugin} resource={resource} isDeciding={part === 'consent'} />
      <Tabs label={`Parts of ${plugin.name}`} here={part} tabs={parts.map(([key, label]) => ({ key, label, href: key ? `${base}/${key}` : base }))} />
      {part === '' && <OverviewPart {...props} />}
      {part === 'permissions' && <PermissionsPart {...props} />}
      {part === 'configuration' && <ConfigurationPart {...props} />}
      {part === 'activity' && <ActivityPart {...props} />}
      {part === 'versions' && <VersionsPart {...props} />}
      {part === 'about' && <AboutPart {...props} />}
      {part === 'consent' && <ConsentPart {...props} />}
    </>
  );
}

function Head({ plugin, resource, isDeciding }: { plugin: PluginDetail; resource: Resource<PluginDetail>; isDeciding: boolean }) {
  const { may, session } = useSession();
  const { go } = useRouter();
  const tell = useToast();
  const organisation = session?.organisations.find((one) => one.slug === session.organisation)?.name ?? 'this organisation';
  const [isRemoving, setRemoving] = useState(false);
  const path = `/plugins/${encodeURIComponent(plugin.id)}`;
  const isOff = !hubSwitch(plugin.switches).isOn;
  // On for the hub, and off for the organisation that is looked at.
  const isOffHere = plugin.state.name === 'disabled' && plugin.switches.organisation === false;
  const enable = useWork(async (enabled: boolean) => {
    await api.patch(`/admin/plugins/${encodeURIComponent(plugin.id)}`, { enabled });
    resource.reload();
    tell(`${plugin.name} is ${enabled ? 'enabled' : 'disabled'} for everybody.`, { label: 'Undo', perform: () => void enable.run(!enabled) });
  });
  const here = useWork(async (enabled: boolean | null) => {
    resource.replace({ ...plugin, ...(await api.put<Plugin>(`${path}/enablement`, { enabled })) });
    tell(`${plugin.name} is ${enabled === false ? 'off' : 'on'} for ${organisation}.`);
  });
  const release = useWork(async () => {
    resource.replace({ ...plugin, ...(await api.post<Plugin>(`${path}/release`)) });
    tell(`${plugin.name} may run again.`);
  });
  const restart = useWork(async () => {
    await api.post(`${path}/restart`);
    resource.reload();
    tell(`${plugin.name} starts anew with its next call.`);
  });
  const problem = enable.problem ?? here.problem ?? release.problem ?? restart.problem;
  const canSwitch = plugin.state.name === 'disabled' || plugin.state.name === 'enabled' || plugin.state.name === 'needs-configuration';
  return (
    <>
      <div className="page-head">
        <PluginIcon name={plugin.name} url={plugin.icon} isLarge />
        <div className="grow stack tight">
          <h1 className="row wrap" style={{ gap: '2px 10px' }}>
            {plugin.name} <span className="quiet" style={{ fontWeight: 400 }}>{plugin.version}</span>
            <Badge>{formatNames[plugin.format]}</Badge>
            {plugin.signed ? <Badge look="good" title={`Signed by ${plugin.publisher?.name ?? 'its publisher'}`}><Icon name="shield-check" />signed</Badge> : <Badge>unsigned</Badge>}
            {plugin.isLinked && <Badge look="accent">linked</Badge>}
          </h1>
          <div className="row top-aligned" style={{ gap: 4 }}><StateSign plugin={plugin} /><StateLine plugin={plugin} /></div>
          {plugin.state.remedy && <p className="quiet small">{plugin.state.remedy}</p>}
        </div>
        {isOffHere && !isOff && may('organisation:manage') && !may('admin:plugins') && (
          <Button isBusy={here.isBusy} onClick={() => void here.run(null)}>Switch on for {organisation}</Button>
        )}
        {may('admin:plugins') && (
          <div className="row wrap">
            {isOffHere && !isOff && <Button look="primary" isBusy={here.isBusy} onClick={() => void here.run(null)}>Switch on for {organisation}</Button>}
            {plugin.state.worker === 'quarantined' && <Button look="primary" isBusy={release.isBusy} onClick={() => void release.run()}>Let it run again</Button>}
            {plugin.state.name === 'needs-consent' && !isDeciding && <Link className="button primary" href={`${path}/consent`}>Review what it asks for</Link>}
            {plugin.state.name === 'needs-configuration' && <Link className="button primary" href={`${path}/configuration`}>Configure</Link>}
            {plugin.waiting && plugin.state.name !== 'needs-consent' && !isDeciding && (
              <Link className="button primary" href={`${path}/consent?version=${encodeURIComponent(plugin.waiting.version)}`}>Review update</Link>
            )}
            {canSwitch && <Button isBusy={enable.isBusy} onClick={() => void enable.run(isOff)}>{isOff ? 'Enable' : 'Disable'}</Button>}
            <Menu icon="three-dots" label="More" entries={[
              { label: 'Start anew', icon: 'arrow-clockwise', onPick: () => void restart.run() },
              { label: 'Versions and roll back', icon: 'arrow-counterclockwise', onPick: () => go(`${path}/versions`) },
              { label: 'Remove…', icon: 'trash', onPick: () => setRemoving(true) },
            ]} />
          </div>
        )}
      </div>
      {plugin.isOnTrial && (
        <div className="notice" role="note">
          <span><strong>{plugin.version} is on trial.</strong> The version before comes back by itself if the first calls fail.</span>
        </div>
      )}
      {problem && <ProblemNote problem={problem} />}
      {isRemoving && <RemoveDialog plugin={plugin} onClose={() => setRemoving(false)} />}
    </>
  );
}
