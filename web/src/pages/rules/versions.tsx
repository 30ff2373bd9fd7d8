import { useEffect, useState } from 'react';
import { api } from '../../api/client';
import { useResource, useWholeList, useWork } from '../../api/resource';
import type { Rule, RuleVersion } from '../../api/types-rules';
import { useQuery } from '../../shell/router';
import { useSession } from '../../shell/session';
import { Ago, Badge, Button } from '../../ui/basics';
import { SelectField } from '../../ui/fields';
import { Dialog, useToast } from '../../ui/overlay';
import { Loaded, ProblemNote } from '../../ui/problem';
import { RuleDiff } from './diff';
import { canForce } from './force';
import { stateNames } from './model/words';
import type { Catalogue } from './model/words';

/** What the rule was before, what changed, and the way back. */
export function VersionsPart({ rule, catalogue, isDirty, onRestored }: { rule: Rule; catalogue: Catalogue; isDirty: boolean; onRestored: (rule: Rule) => void }) {
  const { may } = useSession();
  const tell = useToast();
  const path = `/rules/${encodeURIComponent(rule.id)}`;
  const list = useWholeList<RuleVersion>(`${path}/versions`);
  const [from, setFrom] = useQuery('from');
  const [to, setTo] = useQuery('to');
  const [target, setTarget] = useState<number | null>(null);
  useEffect(() => list.reload(), [rule.version]);
  const restore = useWork(async (version: number, force = false) => {
    const next = await api.post<Rule>(`${path}/restore${force ? '?force=true' : ''}`, { version });
    setTarget(null);
    onRestored(next);
    tell(`Version ${version} is back, as version ${next.version}.`);
  });
  return (
    <Loaded from={list}>
      {(items) => {
        const sorted = [...items].sort((a, b) => b.version - a.version);
        const right = Number(to) || rule.version;
        const left = Number(from) || sorted.find((one) => one.version < right)?.version || right;
        return (
          <div className="stack loose">
            <section className="card flush table-scroll" tabIndex={0} aria-label="Versions">
              <table>
                <caption className="visually-hidden">Versions of {rule.name}</caption>
                <thead><tr><th>Version</th><th>Was</th><th>By</th><th>When</th><th>Note</th><th><span className="visually-hidden">Do</span></th></tr></thead>
                <tbody>{sorted.map((one) => (
                  <tr key={one.version}>
                    <td>{one.version} {one.version === rule.version && <Badge look="good">current</Badge>}</td>
                    <td>{stateNames[one.status]?.label ?? one.status}</td><td>{one.by}</td><td><Ago at={one.at} /></td><td>{one.note}</td>
                    <td className="number">
                      <span className="row" style={{ justifyContent: 'flex-end' }}>
                        {one.version !== rule.version && <Button isSmall onClick={() => { setFrom(String(one.version)); setTo(String(rule.version)); }}>Compare<span className="visually-hidden"> version {one.version} with the current one</span></Button>}
                        {one.version !== rule.version && may('rule:write') && <Button isSmall icon="arrow-counterclockwise" onClick={() => setTarget(one.version)}>Restore<span className="visually-hidden"> version {one.version}</span></Button>}
                      </span>
                    </td>
                  </tr>
                ))}</tbody>
              </table>
            </section>
            {sorted.length > 1 && (
              <section className="card stack" aria-labelledby="rule-diff">
                <h2 id="rule-diff">What changed</h2>
                <div className="row wrap" style={{ alignItems: 'flex-end' }}>
                  <SelectField label="From version" value={left} onChange={(event) => setFrom(event.target.value)}>{sorted.map((one) => <option key={one.version} value={one.version}>{one.version}</option>)}</SelectField>
                  <SelectField label="To version" value={right} onChange={(event) => setTo(event.target.value)}>{sorted.map((one) => <option key={one.version} value={one.version}>{one.version}</option>)}</SelectField>
                </div>
                <Compared path={path} left={left} right={right} catalogue={catalogue} />
              </section>
            )}
            {target !== null && (
              <Dialog title={`Restore version ${target}?`} onClose={() => setTarget(null)} onSubmit={() => void restore.run(target)}
                foot={<><Button onClick={() => setTarget(null)}>Not now</Button><Button look="primary" type="submit" isBusy={restore.isBusy}>Restore it</Button></>}>
                <p>The rule says again what it said in version {target}, as a new version; its state stays {stateNames[rule.state].label.toLowerCase()}. Nothing is lost: the current version stays in this list.</p>
                {isDirty && <p><strong>What you changed and have not saved goes.</strong></p>}
                {restore.problem && <ProblemNote problem={restore.problem} action={canForce(restore.problem) && <Button isSmall onClick={() => void restore.run(target, true)}>Restore it all the same</Button>} />}
              </Dialog>
            )}
          </div>
        );
      }}
    </Loaded>
  );
}

function Compared({ path, left, right, catalogue }: { path: string; left: number; right: number; catalogue: Catalogue }) {
  const before = useResource<Rule>(`${path}/versions/${left}`);
  const after = useResource<Rule>(`${path}/versions/${right}`);
  return <Loaded from={before}>{(one) => <Loaded from={after}>{(other) => <RuleDiff before={one} after={other} catalogue={catalogue} />}</Loaded>}</Loaded>;
}
