import { useState } from 'react';
import { api } from '../../api/client';
import { useResource, useWork } from '../../api/resource';
import type { Consent, ContributionItem, Plugin, SettingChange } from '../../api/types';
import { useRouter } from '../../shell/router';
import { useSession } from '../../shell/session';
import { Badge, Button, Icon } from '../../ui/basics';
import { Check } from '../../ui/fields';
import { bytes, kindName, number, plural } from '../../ui/format';
import { useToast } from '../../ui/overlay';
import { Loaded, ProblemNote } from '../../ui/problem';
import { RiskBadge } from '../../ui/risk';
import type { PartProps } from './plugin';

/** What a version will be able to do, what it adds and changes; the yes is given here. */
export function ConsentPart({ plugin, reload }: PartProps) {
  const { location } = useRouter();
  const version = location.query.get('version');
  const path = `/plugins/${encodeURIComponent(plugin.id)}/consent`;
  const { may } = useSession();
  const consent = useResource<Consent>(!may('admin:plugins') ? null : version ? `${path}?version=${encodeURIComponent(version)}` : path);
  if (!may('admin:plugins')) return <div className="card"><p>What it may do is decided by an administrator of this hub.</p></div>;
  return <Loaded from={consent}>{(value) => <Question key={value.version} consent={value} plugin={plugin} reload={reload} path={path} />}</Loaded>;
}

function Question({ consent, plugin, reload, path }: { consent: Consent; path: string } & PartProps) {
  const { may } = useSession();
  const { go } = useRouter();
  const tell = useToast();
  const asked = consent.permissions.filter((permission) => permission.status !== 'gone');
  const [chosen, setChosen] = useState(() => new Set(asked.filter((one) => one.granted || (!one.isOptional && (one.status === 'new' || !consent.from))).map((one) => one.permission)));
  const isUpdate = consent.from !== undefined && consent.from !== null;
  const fresh = asked.filter((one) => one.status === 'new');
  const old = asked.filter((one) => one.granted).map((one) => one.permission);
  const give = useWork(async (grants: string[]) => {
    await api.post<Plugin>(path, { version: consent.version, grants });
    reload();
    tell(isUpdate ? `${plugin.name} now runs ${consent.version}.` : `${plugin.name} may run.`);
    go(`/plugins/${encodeURIComponent(plugin.id)}`);
  });
  const missing = asked.filter((one) => !one.isOptional && !chosen.has(one.permission));
  return (
    <section className="stack loose" aria-labelledby="consent">
      <div>
        <h2 id="consent">{isUpdate ? `Update to ${consent.version}` : `Let ${plugin.name} ${consent.version} run`}</h2>
        <p className="quiet">{isUpdate ? `${consent.from} keeps running until you decide.` : 'Nothing of it has run yet.'}</p>
      </div>

      <div className="card flush">
        <h3 style={{ padding: '14px 16px 8px' }}>What it will be able to do</h3>
        {asked.length === 0 && <p className="quiet" style={{ padding: '0 16px 14px' }}>Only to compute: it asks for nothing.</p>}
        <ul className="list">
          {asked.map((one) => (
            <li key={one.permission} className="row wrap top-aligned">
              <div className="grow">
                <Check checked={chosen.has(one.permission)} isOff={!may('admin:plugins')}
                  onChange={(isOn) => {
                    const next = new Set(chosen);
                    if (isOn) next.add(one.permission);
                    else next.delete(one.permission);
                    setChosen(next);
                  }}
                  label={<>{one.words} {one.isOptional && <span className="quiet">(optional)</span>}</>}
                  help={<>{one.reason ? `“${one.reason}”` : 'Its author gives no reason.'} <code>{one.permission}</code></>} />
              </div>
              <span className="row">
                {isUpdate && (one.status === 'new' ? <Badge look="accent">new</Badge> : <span className="quiet small">as before</span>)}
                <RiskBadge risk={one.risk} />
              </span>
            </li>
          ))}
          {consent.permissions.filter((one) => one.status === 'gone').map((one) => (
            <li key={one.permission} className="row"><span className="grow quiet"><s>{one.words}</s></span><Badge>no longer asked for</Badge></li>
          ))}
        </ul>
      </div>

      <div className="columns two">
        <div className="card stack">
          <h3>What it adds</h3>
          <Items items={consent.contributions.added} sign={isUpdate ? '+' : ''} />
          <Items items={consent.contributions.changed} sign="±" />
          <Items items={consent.contributions.removed} sign="−" />
          {consent.contributions.added.length + consent.contributions.changed.length + consent.contributions.removed.length === 0
            && <p className="quiet">{isUpdate ? 'The same as before.' : 'Nothing that its manifest names.'}</p>}
        </div>
        <div className="card stack">
          <h3>Settings</h3>
          <Settings changes={consent.settings} isUpdate={isUpdate} />
        </div>
        <div className="card stack">
          <h3>Files</h3>
          <Files files={consent.files} isUpdate={isUpdate} />
        </div>
        <div className="card stack">
          <h3>Signed by</h3>
          {consent.signature.signed
            ? <p><Icon name="shield-check" /> {consent.signature.publisher}{consent.signature.keyHint && <span className="quiet"> (key {consent.signature.keyHint}{consent.signature.pinnedSince && `, pinned since ${consent.signature.pinnedSince}`})</span>}</p>
            : <p className="quiet">Nobody. Nothing shows that it comes from whom it names.</p>}
        </div>
      </div>

      {consent.findings.length > 0 && (
        <div className="notice warn">
          <strong>The reader of the package remarks</strong>
          <ul className="stack tight">{consent.findings.map((finding, place) => <li key={place}>{finding.pointer && <code>{finding.pointer} </code>}{finding.message}</li>)}</ul>
        </div>
      )}
      {give.problem && <ProblemNote problem={give.problem} />}
      {may('admin:plugins') ? (
        <div className="row wrap decide">
          <Button onClick={() => go(`/plugins/${encodeURIComponent(plugin.id)}`)}>Not now</Button>
          {isUpdate && fresh.length > 0 && (
            <Button isBusy={give.isBusy} onClick={() => void give.run(old)}>Update without the new {fresh.length === 1 ? 'right' : 'rights'}</Button>
          )}
          <Button look="primary" isBusy={give.isBusy} onClick={() => void give.run([...chosen])}>
            {chosen.size === 0 ? (isUpdate ? 'Update' : 'Let it run') : isUpdate ? 'Grant and update' : `Grant ${plural(chosen.size, 'right')} and let it run`}
          </Button>
          {missing.length > 0 && <span className="quiet small">Without {plural(missing.length, 'right')} it asks for: what needs them is refused with that reason.</span>}
        </div>
      ) : <p className="quiet">An administrator of this hub decides this.</p>}
    </section>
  );
}

function Items({ items, sign }: { items: ContributionItem[]; sign: string }) {
  if (items.length === 0) return null;
  return (
    <ul className="stack tight">
      {items.map((item) => (
        <li key={item.kind + item.id} className={sign === '+' ? 'added' : sign === '−' ? 'removed' : ''}>
          {sign} {kindName(item.kind)} <strong>{item.title}</strong>
        </li>
      ))}
    </ul>
  );
}

function shown(value: unknown): string {
  return value === undefined || value === null ? 'none' : typeof value === 'string' ? value : JSON.stringify(value);
}

function Settings({ changes, isUpdate }: { changes: Consent['settings']; isUpdate: boolean }) {
  const lines: [string, SettingChange][] = [
    ...changes.added.map<[string, SettingChange]>((one) => ['+', one]), ...changes.changed.map<[string, SettingChange]>((one) => ['±', one]),
    ...changes.removed.map<[string, SettingChange]>((one) => ['−', one]),
  ];
  if (lines.length === 0) return <p className="quiet">{isUpdate ? 'The same as before.' : 'It needs none.'}</p>;
  return (
    <ul className="stack tight">
      {lines.map(([sign, one]) => (
        <li key={sign + one.key} className={isUpdate ? (sign === '+' ? 'added' : sign === '−' ? 'removed' : '') : ''}>
          {isUpdate && `${sign} `}{one.label}
          {sign === '±' && <span className="quiet"> {shown(one.before)} → {shown(one.after)}{one.yours !== undefined && ` (yours stays ${shown(one.yours)})`}</span>}
        </li>
      ))}
    </ul>
  );
}

function Files({ files, isUpdate }: { files: Consent['files']; isUpdate: boolean }) {
  if (!files) return <p>Those of a folder on the hub’s machine, as they are at each start.</p>;
  const { added, removed, changed, counts } = files;
  const total = counts.added + counts.removed + counts.changed;
  if (total === 0) return <p className="quiet">No file changed.</p>;
  const lines: [string, string, string[]][] = [['±', '', changed], [isUpdate ? '+' : '', isUpdate ? 'added' : '', added], ['−', 'removed', removed]];
  const shown = added.length + removed.length + changed.length;
  return (
    <details>
      <summary>{isUpdate ? `${counts.changed} changed, ${counts.added} added, ${counts.removed} removed` : `${plural(counts.added, 'file')}, ${bytes(files.bytes)}`}</summary>
      <ul className="mono small" style={{ maxHeight: 240, overflow: 'auto', paddingTop: 8 }} tabIndex={0} aria-label="Files">
        {lines.flatMap(([sign, look, paths]) => paths.map((path) => <li key={sign + path} className={look}>{sign} {path}</li>))}
        {shown < total && <li className="quiet">and {number(total - shown)} more</li>}
      </ul>
    </details>
  );
}
