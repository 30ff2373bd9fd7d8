import { useState } from 'react';
import { api } from '../../api/client';
import { useWork } from '../../api/resource';
import type { Plugin, Version } from '../../api/types';
import { Link } from '../../shell/router';
import { useSession } from '../../shell/session';
import { Ago, Badge, Button, Copyable } from '../../ui/basics';
import { bytes, number } from '../../ui/format';
import { Dialog, useToast } from '../../ui/overlay';
import { ProblemNote } from '../../ui/problem';
import type { PartProps } from './plugin';

/** What runs, what waits, and the way back. */
export function VersionsPart({ plugin, reload }: PartProps) {
  const { may } = useSession();
  const tell = useToast();
  const [target, setTarget] = useState<Version | null>(null);
  const back = useWork(async (to: string) => {
    await api.post<Plugin>(`/plugins/${encodeURIComponent(plugin.id)}/rollback`, { to });
    setTarget(null);
    reload();
    tell('Rolled back.');
  });
  const running = plugin.versions.find((version) => version.isRunning);
  return (
    <div className="card flush table-scroll" tabIndex={0} role="region" aria-label="Versions">
      <table>
        <caption className="visually-hidden">Versions of {plugin.name}</caption>
        <thead><tr><th>Version</th><th>Content</th><th>Installed</th><th>From</th><th className="number">Files</th><th className="number">Size</th><th><span className="visually-hidden">Do</span></th></tr></thead>
        <tbody>
          {plugin.versions.map((version) => (
            <tr key={version.name}>
              <td>{version.version ?? 'none'} {version.isRunning && <Badge look="good">runs</Badge>} {version.isWaiting && <Badge look="warn">waits</Badge>} {version.signed && <Badge>signed</Badge>}</td>
              <td><Copyable text={version.contentHash} label={version.contentHash.slice(0, 12)} /></td>
              <td><Ago at={version.installedAt} /></td>
              <td className="cut" style={{ maxWidth: 220 }} title={version.source}>{/\/uploads\/upload-/.test(version.source) ? 'a file that was sent' : version.source}</td>
              <td className="number">{number(version.files)}</td>
              <td className="number">{bytes(version.bytes)}</td>
              <td className="number">
                {may('admin:plugins') && version.isWaiting && <Link className="button small" href={`/plugins/${encodeURIComponent(plugin.id)}/consent?version=${encodeURIComponent(version.name)}`}>Review</Link>}
                {may('admin:plugins') && !version.isRunning && !version.isWaiting && <Button isSmall icon="arrow-counterclockwise" onClick={() => setTarget(version)}>Roll back</Button>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {target && (
        <Dialog title={`Roll back to ${target.version ?? target.name}`} onClose={() => setTarget(null)} onSubmit={() => void back.run(target.name)}
          foot={<><Button onClick={() => setTarget(null)}>Stay</Button><Button look="primary" type="submit" isBusy={back.isBusy}>Roll back</Button></>}>
          <p>{running ? `${running.version ?? running.name} stops taking calls; those in flight finish on it.` : 'The plugin runs again.'} Settings and grants stay; both versions stay installed, so this can be undone the same way.</p>
          {back.problem && <ProblemNote problem={back.problem} />}
        </Dialog>
      )}
    </div>
  );
}
