import { api } from '../../api/client';
import { useResource, useWork } from '../../api/resource';
import type { GrantItem } from '../../api/types';
import { useSession } from '../../shell/session';
import { Ago, Badge, Button } from '../../ui/basics';
import { number, plural } from '../../ui/format';
import { useToast } from '../../ui/overlay';
import { Loaded, ProblemNote } from '../../ui/problem';
import { RiskBadge } from '../../ui/risk';
import { AllowHost } from './allow-host';
import type { PartProps } from './plugin';

/** Asked, granted, used: what may be taken back. */
export function PermissionsPart({ plugin, reload }: PartProps) {
  const path = `/plugins/${encodeURIComponent(plugin.id)}/grants`;
  const grants = useResource<GrantItem[]>(path);
  const { may, session } = useSession();
  const tell = useToast();
  const refresh = () => { grants.reload(); reload(); };
  const set = useWork(async (permission: string, isGranted: boolean) => {
    const one = `${path}/${encodeURIComponent(permission)}`;
    if (isGranted) await api.put(one);
    else await api.delete(one);
    refresh();
    tell(isGranted ? 'Granted.' : 'Taken back; calls that need it are refused from now on.', { label: 'Undo', perform: () => void set.run(permission, !isGranted) });
  });
  const takeBack = useWork(async () => {
    const gone = await api.post<string[]>(`${path}/take-back-unused`);
    refresh();
    tell(`${plural(gone.length, 'right')} taken back.`, {
      label: 'Undo', perform: () => void Promise.all(gone.map((permission) => api.put(`${path}/${encodeURIComponent(permission)}`))).then(refresh),
    });
  });
  return (
    <Loaded from={grants}>
      {(list) => {
        const unused = list.filter((one) => one.isGranted && one.neverUsed);
        return (
          <div className="stack">
            {unused.length > 0 && (
              <div className="notice">
                <div className="row wrap">
                  <span className="grow"><strong>{plural(unused.length, 'right')} {unused.length === 1 ? 'was' : 'were'} never used.</strong> A plugin that holds less can lose less.</span>
                  {may('admin:plugins') && <Button isSmall isBusy={takeBack.isBusy} onClick={() => void takeBack.run()}>Take back what was never used</Button>}
                </div>
              </div>
            )}
            {(set.problem ?? takeBack.problem) && <ProblemNote problem={(set.problem ?? takeBack.problem)!} />}
            {plugin.format === 'coop' && may('admin:plugins') && <AllowHost path={path} onGranted={refresh} />}
            {list.length === 0 ? <div className="card"><p>It asks for nothing: all it can do is compute.</p></div> : (
              <ul className="card flush list" aria-label="Permissions">
                {list.map((one) => (
                  <li key={one.permission} className="row wrap top-aligned">
                    <span className={`sign ${one.isGranted ? 'good' : 'idle'}`} title={one.isGranted ? 'Granted' : 'Not granted'}>
                      <span aria-hidden="true">{one.isGranted ? '●' : '○'}</span><span className="visually-hidden">{one.isGranted ? 'Granted' : 'Not granted'}</span>
                    </span>
                    <div className="grow stack tight" style={{ minWidth: 240 }}>
                      <span>{one.words} <RiskBadge risk={one.risk} /> {!one.isDeclared && (one.isGranted || !one.mayBeGranted ? !one.mayBeGranted && <Badge look="warn">its manifest no longer asks for it</Badge> : <Badge look="warn">it tried, and was refused</Badge>)}</span>
                      {one.reason && <span className="quiet small">“{one.reason}”</span>}
                      <code className="quiet small">{one.permission}</code>
                    </div>
                    <div className="small" style={{ minWidth: 190 }}>
                      {one.isGranted
                        ? one.neverUsed ? <strong>never used</strong> : <>{number(one.uses)} uses{one.lastUsedAt && <>, last <Ago at={one.lastUsedAt} /></>}</>
                        : 'not granted'}
                      {one.refusals > 0 && <div className="removed">{plural(one.refusals, 'refusal')}</div>}
                      {one.isGranted && one.grantedAt && <div className="quiet">granted {giver(one, session?.user.id)} <Ago at={one.grantedAt} /></div>}
                    </div>
                    {may('admin:plugins') && (one.isGranted || one.mayBeGranted) && (
                      <Button isSmall isBusy={set.isBusy} onClick={() => void set.run(one.permission, !one.isGranted)}>
                        {one.isGranted ? 'Take back' : 'Grant'}<span className="visually-hidden"> {one.words}</span>
                      </Button>
                    )}
                  </li>
                ))}
              </ul>
            )}
          </div>
        );
      }}
    </Loaded>
  );
}

/** Who said yes, in words. */
function giver(grant: GrantItem, me: string | undefined): string {
  if (!grant.grantedBy) return '';
  if (grant.grantedBy === me) return 'by you';
  if (grant.grantedByName) return `by ${grant.grantedByName}`;
  if (grant.grantedBy.startsWith('token:')) return 'with a token';
  return grant.grantedBy === 'hub' ? 'by the hub' : 'by somebody who is no longer here';
}
