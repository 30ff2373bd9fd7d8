import { useMemo, useState } from 'react';
import { api } from '../../api/client';
import { useResource, useWholeList, useWork } from '../../api/resource';
import type { ReviewQueue, RoutingRule } from '../../api/types-review';
import { useCrumb } from '../../shell/crumbs';
import { Link, useRouter } from '../../shell/router';
import { useSession } from '../../shell/session';
import { Badge, Button, Empty } from '../../ui/basics';
import { SelectField } from '../../ui/fields';
import { useToast } from '../../ui/overlay';
import { Loaded, ProblemNote } from '../../ui/problem';
import { BasicsCard } from '../rules/builder/basics-card';
import { useFindings } from '../rules/builder/check';
import { Conditions } from '../rules/builder/conditions';
import { Findings } from '../rules/builder/findings';
import { canForce } from '../rules/force';
import { useCatalogue } from '../rules/model/catalogue';
import { document as documentOf, draftOf, newDraft, useHistory } from '../rules/model/draft';
import { inputChoices, missing } from '../rules/model/fits';
import { revisionOf } from '../rules/model/ids';
import { leaves } from '../rules/model/tree';
import { RoutingTestPanel } from './routing-test';

/** One routing rule: what it looks for, and where it sends. */
export function RoutingRulePage({ id }: { id: string }) {
  const rule = useResource<RoutingRule>(id === 'new' ? null : `/routing-rules/${encodeURIComponent(id)}`);
  useCrumb(id, rule.value?.name);
  if (id === 'new') return <Editor key="new" rule={null} />;
  if (rule.problem?.status === 404 && !rule.value) {
    return <Empty icon="diagram-3" title="There is no such routing rule" level="h1" action={<Link className="button primary" href="/routing">To the routing rules</Link>}>It may have been removed.</Empty>;
  }
  return <Loaded from={rule}>{(value) => <Editor key={`${value.id} ${value.revision}`} rule={value} onSaved={rule.replace} />}</Loaded>;
}

function Editor({ rule, onSaved }: { rule: RoutingRule | null; onSaved?: (rule: RoutingRule) => void }) {
  const { may } = useSession();
  const { go } = useRouter();
  const tell = useToast();
  const whole = useCatalogue();
  // Signals that may not decide by themselves are made for choosing a queue.
  const catalogue = useMemo(() => ({ ...whole, signals: whole.signals.map((signal) => ({ ...signal, allowedInAutomatedRules: true })) }), [whole]);
  const queues = useWholeList<ReviewQueue>('/review-queues');
  const history = useHistory(() => ({ now: rule ? draftOf({ ...rule, ruleType: 'CONTENT', actionIds: [], policyIds: [], tags: [] }) : newDraft(), past: [] }));
  const [queue, setQueue] = useState(rule?.queueId ?? '');
  const [isTold, setTold] = useState(false);
  const draft = history.now;
  const made = useMemo(() => documentOf(draft, catalogue), [draft, catalogue]);
  const isLive = rule?.status === 'LIVE';
  const isOff = !may('rule:write') || (isLive && !may('rule:publish'));
  const all = leaves(draft.root);
  const lack = all.length === 0 ? 'Add a condition.' : all.map((node) => missing(node.leaf, catalogue)).find((one) => one !== null)?.words ?? null;
  const found = useFindings(catalogue.isWhole && !isOff && all.length > 0 ? made.rule : null, made.places);
  const types = draft.itemTypeIds.length > 0 ? catalogue.types.filter((type) => draft.itemTypeIds.includes(type.id)) : catalogue.types;
  const chosen = queue || queues.value?.find((one) => one.isDefault)?.id || '';
  const { name, description, contentTypeIds, conditionSet } = made.rule;
  const written = { name, description, contentTypeIds, conditionSet, queueId: chosen };
  const [wanted, setWanted] = useState<'DRAFT' | 'LIVE'>('DRAFT');
  const save = useWork(async (status: 'DRAFT' | 'LIVE', force: boolean) => {
    setWanted(status);
    if (lack || !draft.name.trim() || !chosen) {
      setTold(true);
      throw new Error(!draft.name.trim() ? 'Give it a name.' : lack ?? 'Choose a queue.');
    }
    const body = { ...written, status };
    const end = force ? '?force=true' : '';
    const after = rule ? await api.put<RoutingRule>(`/routing-rules/${encodeURIComponent(rule.id)}${end}`, body, revisionOf(rule)) : await api.post<RoutingRule>(`/routing-rules${end}`, body);
    tell(status === 'LIVE' ? `“${after.name}” is live.` : `“${after.name}” is a draft: it sends nothing.`);
    if (rule) onSaved?.(after);
    else go(`/routing/${encodeURIComponent(after.id)}`, true);
  });
  const remove = useWork(async () => {
    await api.delete(`/routing-rules/${encodeURIComponent(rule?.id ?? '')}`);
    tell(`“${rule?.name ?? ''}” is removed.`);
    go('/routing');
  });
  return (
    <>
      <div className="page-head">
        <div className="grow stack tight"><h1>{draft.name.trim() || 'New routing rule'}</h1>{rule && <p className="row"><Badge look={isLive ? 'good' : undefined}>{isLive ? 'live' : 'draft'}</Badge></p>}</div>
        {!isOff && rule && <Button icon="trash" isBusy={remove.isBusy} onClick={() => void remove.run()}>Remove</Button>}
        {!isOff && <Button isBusy={save.isBusy} onClick={() => void save.run('DRAFT', false)}>{isLive ? 'Back to a draft' : 'Save as a draft'}</Button>}
        {!isOff && may('rule:publish') && <Button look="primary" isBusy={save.isBusy} onClick={() => void save.run('LIVE', false)}>{isLive ? 'Save' : 'Put live'}</Button>}
      </div>
      {save.problem && (save.problem.code === 'page.error'
        ? <div className="notice warn" role="alert"><strong>It is not finished.</strong><span>{save.problem.detail}</span></div>
        : <ProblemNote problem={save.problem} action={canForce(save.problem) && <Button isSmall onClick={() => void save.run(wanted, true)}>Do it all the same</Button>} />)}
      {remove.problem && <ProblemNote problem={remove.problem} />}
      {catalogue.problem && <ProblemNote problem={catalogue.problem} />}
      <div className="builder">
        <div className="stack loose">
          <BasicsCard draft={draft} edit={history.edit} types={catalogue.types} isOff={isOff} isTold={isTold} />
          <section className="card stack" aria-labelledby="routing-conditions">
            <h2 id="routing-conditions">When</h2>
            <Conditions root={draft.root} onEdit={(change, kind) => history.edit((one) => ({ ...one, root: change(one.root) }), kind)} inputs={inputChoices(types, catalogue)} itemTypeIds={draft.itemTypeIds}
              catalogue={catalogue} byNode={found.byNode} isOff={isOff} isTold={isTold} />
            <Findings list={found.others.filter((finding) => !(finding.pointer ?? '').endsWith('/name'))} />
          </section>
          <section className="card stack" aria-labelledby="routing-queue">
            <h2 id="routing-queue">Then</h2>
            <SelectField label="Send it to" value={chosen} disabled={isOff} onChange={(event) => setQueue(event.target.value)}>
              {!(queues.value ?? []).some((one) => one.id === chosen) && <option value={chosen}>{chosen ? `${chosen} (not there)` : 'There is no queue yet'}</option>}
              {(queues.value ?? []).map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
            </SelectField>
          </section>
        </div>
        {may('rule:write') && <RoutingTestPanel draft={{ ...written, name: name.trim() || 'This rule' }} rule={rule} typeIds={contentTypeIds} lack={lack ?? (chosen ? null : 'Choose a queue.')} queues={queues.value ?? []} catalogue={catalogue} />}
      </div>
    </>
  );
}
