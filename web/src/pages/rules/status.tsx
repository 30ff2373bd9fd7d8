import { useEffect, useState } from 'react';
import { api } from '../../api/client';
import { useWork } from '../../api/resource';
import type { Rule, RuleDraft, RuleStatus } from '../../api/types-rules';
import { Link, useRouter } from '../../shell/router';
import { useSession } from '../../shell/session';
import { Button } from '../../ui/basics';
import { number, plural } from '../../ui/format';
import { Dialog, Menu, useToast } from '../../ui/overlay';
import type { MenuEntry } from '../../ui/overlay';
import { ProblemNote } from '../../ui/problem';
import { canForce } from './force';
import { stateNames, typeName } from './model/words';
import type { Catalogue } from './model/words';

interface Props {
  rule: Rule;
  isDirty: boolean;
  save: () => Promise<boolean>;
  catalogue: Catalogue;
  onChanged: (rule: Rule) => void;
}

/** From draft to live and back; before it acts on anything, what it will do is said. */
export function StatusMenu({ rule, isDirty, save, catalogue, onChanged }: Props) {
  const { may } = useSession();
  const { go } = useRouter();
  const tell = useToast();
  const [last, setLast] = useState<RuleStatus>(rule.status);
  const [asked, setAsked] = useState<'live' | 'remove' | null>(null);
  const path = `/rules/${encodeURIComponent(rule.id)}`;
  const set = useWork(async (status: RuleStatus, force = false) => {
    setLast(status);
    const before = rule.status;
    onChanged(await api.put<Rule>(`${path}/status${force ? '?force=true' : ''}`, { status }));
    tell(`“${rule.name}”: ${stateNames[status].label.toLowerCase()}. ${stateNames[status].means}`, before === status ? undefined : { label: 'Undo', perform: () => void set.run(before) });
  });
  const archive = useWork(async () => {
    await api.delete(path);
    tell(`“${rule.name}” is archived: it looks at nothing.`, { label: 'Undo', perform: () => void set.run(rule.status) });
    go('/rules');
  });
  /** What is not saved is saved first: what goes live is what one sees. */
  const change = async (status: RuleStatus) => { if (!isDirty || await save()) await set.run(status); };
  const isArchived = rule.status === 'ARCHIVED' || rule.status === 'DEPRECATED';
  const mayPublish = may('rule:publish');
  const isRunning = rule.status === 'LIVE' || rule.status === 'BACKGROUND';
  const entries: MenuEntry[] = [];
  if (mayPublish && !isArchived && rule.status !== 'LIVE') entries.push({ label: 'Put live…', icon: 'play-fill', onPick: () => setAsked('live') });
  if (mayPublish && !isArchived && rule.status !== 'BACKGROUND') entries.push({ label: 'Run in the background', icon: 'eye', onPick: () => void change('BACKGROUND') });
  if (isRunning ? mayPublish : isArchived) entries.push({ label: isArchived ? 'Take out again, as a draft' : 'Back to a draft', icon: 'pencil', onPick: () => void change('DRAFT') });
  if (!isArchived && (!isRunning || mayPublish)) entries.push({ label: 'Archive', icon: 'archive', onPick: () => void archive.run() });
  if (isArchived) entries.push({ label: 'Remove for good…', icon: 'trash', onPick: () => setAsked('remove') });
  const copy = useWork(async () => {
    const made = await api.post<Rule>('/rules', { ...written(rule), name: `Copy of ${rule.name}`, parentId: rule.id });
    tell(`“${made.name}” is a draft.`);
    go(`/rules/${encodeURIComponent(made.id)}`);
  });
  entries.push(
    { label: 'Make a copy', icon: 'files', onPick: () => void copy.run() },
    { label: 'Copy as JSON', icon: 'braces', onPick: () => void navigator.clipboard.writeText(JSON.stringify(written(rule), null, 2)).then(() => tell('The rule is in the clipboard, as it was saved last.')) },
  );
  const problem = set.problem ?? archive.problem ?? copy.problem;
  return (
    <>
      {mayPublish && rule.status === 'DRAFT' && <Button look={isDirty ? undefined : 'primary'} icon="play-fill" onClick={() => setAsked('live')}>Put live</Button>}
      {entries.length > 0 && <Menu label="More" icon="three-dots" entries={entries} />}
      {problem && <div style={{ flexBasis: '100%' }}><ProblemNote problem={problem} action={canForce(set.problem) && <Button isSmall onClick={() => void set.run(last, true)}>{stateNames[last].label} all the same</Button>} /></div>}
      {asked === 'live' && <GoLive rule={rule} isDirty={isDirty} catalogue={catalogue} onClose={() => setAsked(null)} onGo={() => { setAsked(null); void change('LIVE'); }} />}
      {asked === 'remove' && <RemoveRule rule={rule} onClose={() => setAsked(null)} />}
    </>
  );
}

/** What somebody wrote of a rule, without what the hub says of it. */
function written(rule: Rule): RuleDraft {
  const { name, description, ruleType, expirationTime, contentTypeIds, conditionSet, actionIds, policyIds, tags, maxDailyActions } = rule;
  return { name, description, ruleType, expirationTime, contentTypeIds, conditionSet, actionIds, policyIds, tags, maxDailyActions };
}

function GoLive({ rule, isDirty, catalogue, onClose, onGo }: { rule: Rule; isDirty: boolean; catalogue: Catalogue; onClose: () => void; onGo: () => void }) {
  const actions = (rule.actionIds ?? []).map((id) => catalogue.actions.find((one) => one.id === id)?.name ?? id);
  return (
    <Dialog title={`Put “${rule.name}” live?`} onClose={onClose} onSubmit={onGo} foot={<><Button onClick={onClose}>Not now</Button><Button look="primary" type="submit">{isDirty ? 'Save and put live' : 'Put live'}</Button></>}>
      <dl className="facts">
        <dt>Looks at</dt><dd>every new {(rule.contentTypeIds ?? []).length > 0 ? rule.contentTypeIds.map((id) => typeName(id, catalogue)).join(' or ') : 'item, whatever its type'}</dd>
        <dt>When it passes</dt><dd>{actions.length > 0 ? actions.join(', ') : 'the decision is stored; it has no actions'}</dd>
        <dt>At most</dt><dd>{rule.maxDailyActions ? `${number(rule.maxDailyActions)} times a day` : 'as often as it passes'}</dd>
      </dl>
      {isDirty && <p className="quiet small">What you changed and have not saved is saved first.</p>}
      <p><Link href={`/rules/${encodeURIComponent(rule.id)}/what-would-change`} onClick={onClose}>What would change?</Link> tells how it would have decided stored items.</p>
    </Dialog>
  );
}

function RemoveRule({ rule, onClose }: { rule: Rule; onClose: () => void }) {
  const { go } = useRouter();
  const tell = useToast();
  const path = `/rules/${encodeURIComponent(rule.id)}`;
  const [goes, setGoes] = useState<{ versions: number } | null>(null);
  const look = useWork(async () => setGoes(await api.delete<{ versions: number }>(`${path}?purge=true&dryRun=true`)));
  const work = useWork(async () => {
    await api.delete(`${path}?purge=true`);
    tell(`“${rule.name}” is gone.`);
    go('/rules');
  });
  useEffect(() => { void look.run(); }, []);
  return (
    <Dialog title={`Remove “${rule.name}” for good?`} onClose={onClose} onSubmit={() => void work.run()} foot={<><Button onClick={onClose}>Keep it</Button><Button look="danger" type="submit" isBusy={work.isBusy}>Remove for good</Button></>}>
      <p>The rule and {goes ? plural(goes.versions, 'version') : 'all its versions'} of it go, and cannot be brought back. Decisions it made stay, with their traces.</p>
      {(work.problem ?? look.problem) && <ProblemNote problem={(work.problem ?? look.problem)!} />}
    </Dialog>
  );
}
