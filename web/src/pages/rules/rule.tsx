import { useEffect, useMemo, useState } from 'react';
import { api } from '../../api/client';
import { useEvents } from '../../api/events';
import { useResource, useWork } from '../../api/resource';
import type { Resource } from '../../api/resource';
import type { Rule, RuleStatus } from '../../api/types-rules';
import { useCrumb } from '../../shell/crumbs';
import { Link, useRouter } from '../../shell/router';
import { useSession } from '../../shell/session';
import { Ago, Badge, Button, Empty } from '../../ui/basics';
import { plural } from '../../ui/format';
import { useToast } from '../../ui/overlay';
import { Loaded, ProblemNote } from '../../ui/problem';
import { Tabs } from '../../ui/tabs';
import { BacktestPart } from './backtest';
import { DaysPart } from './days';
import { BuildPart } from './builder/build';
import { useFindings } from './builder/check';
import { useCatalogue } from './model/catalogue';
import { document as documentOf, draftOf, newDraft, useHistory } from './model/draft';
import { missing } from './model/fits';
import { keep, kept } from './model/kept';
import { leaves } from './model/tree';
import { canForce } from './force';
import { RuleStateSign } from './state';
import { Passing } from './rules';
import { StatusMenu } from './status';
import { VersionsPart } from './versions';

/** One rule: built, tried, compared with what was. */
export function RulePage({ id, part }: { id: string; part: string }) {
  const isNew = id === 'new';
  const rule = useResource<Rule>(isNew ? null : `/rules/${encodeURIComponent(id)}`);
  useEvents(isNew ? null : 'rules', (data) => {
    const { id: changed, kind } = data as { id?: string; kind?: string };
    if (changed === undefined || changed === id || kind) rule.reload();
  });
  useCrumb(id, rule.value?.name);
  if (isNew) return <Editor key="new" rule={null} resource={null} part={part} />;
  if (rule.problem?.status === 404 && !rule.value) {
    return (
      <Empty icon="funnel" title="There is no such rule" level="h1" action={<Link className="button primary" href="/rules">To the rules</Link>}>
        Nothing is called <code style={{ overflowWrap: 'anywhere' }}>{id}</code> in this organisation. It may have been removed; the journal would say when.
      </Empty>
    );
  }
  return <Loaded from={rule}>{(value) => <Editor key={value.id} rule={value} resource={rule} part={part} />}</Loaded>;
}

/** Letters of a version's note. */
const noteMax = 2000;

const parts: [string, string][] = [['', 'Build'], ['what-would-change', 'What would change?'], ['days', 'How often'], ['versions', 'Versions']];

function Editor({ rule, resource, part }: { rule: Rule | null; resource: Resource<Rule> | null; part: string }) {
  const { may } = useSession();
  const { location, go } = useRouter();
  const tell = useToast();
  const catalogue = useCatalogue();
  const history = useHistory(() => {
    const signal = location.query.get('signal') ?? undefined;
    const before = rule ? draftOf(rule) : newDraft(signal);
    const left = signal ? null : kept(rule?.id ?? null, rule?.version ?? null);
    return left ? { now: draftOf(left), past: [before] } : { now: before, past: [] };
  });
  const [wasLeft, setWasLeft] = useState(history.canUndo);
  const draft = history.now;
  const [isTold, setTold] = useState(false);
  const [note, setNote] = useState('');
  const status: RuleStatus = rule?.status ?? 'DRAFT';
  const made = useMemo(() => documentOf(draft, catalogue), [draft, catalogue]);
  const [base, setBase] = useState(rule);
  const stored = useMemo(() => base && JSON.stringify(documentOf(draftOf(base), catalogue).rule), [base, catalogue]);
  const isDirty = stored !== JSON.stringify(made.rule);
  // What was changed elsewhere replaces what stands here, unless somebody is at it.
  const isBehind = rule !== null && base !== null && rule.version !== base.version && isDirty;
  useEffect(() => {
    if (!rule || rule.version === base?.version || isDirty) return;
    history.reset(draftOf(rule));
    setBase(rule);
  }, [rule, base, isDirty]);
  useEffect(() => keep(base?.id ?? null, isDirty && history.canUndo ? { rule: made.rule, version: base?.version ?? null } : null), [made, isDirty, history.canUndo, base]);
  useEffect(() => {
    if (!isDirty || (!rule && !draft.name)) return undefined;
    const stay = (event: BeforeUnloadEvent) => { event.preventDefault(); event.returnValue = ''; };
    window.addEventListener('beforeunload', stay);
    return () => window.removeEventListener('beforeunload', stay);
  }, [isDirty, rule, draft.name]);

  const isRunning = status === 'LIVE' || status === 'BACKGROUND';
  const isOff = !may('rule:write') || (isRunning && !may('rule:publish')) || status === 'ARCHIVED' || status === 'DEPRECATED';
  const all = leaves(draft.root);
  const lacks = all.map((node) => missing(node.leaf, catalogue)).filter((one) => one !== null);
  const lack = all.length === 0 ? 'Add a condition.' : lacks[0]?.words ?? null;
  const found = useFindings(catalogue.isWhole && !isOff && all.length > 0 ? made.rule : null, made.places);

  /** True when it is stored. */
  const save = useWork(async (force: boolean) => {
    if (lack || !draft.name.trim()) {
      setTold(true);
      if (part) go(`/rules/${rule ? encodeURIComponent(rule.id) : 'new'}`);
      window.setTimeout(() => window.document.querySelector<HTMLElement>('[data-missing] [aria-invalid=true]')?.focus(), 0);
      throw new Error(draft.name.trim() ? lack ?? '' : 'Give it a name.');
    }
    if (rule) {
      const next = await api.put<Rule>(`/rules/${encodeURIComponent(rule.id)}${force ? '?force=true' : ''}`, { ...made.rule, note: note.trim() || undefined }, { 'if-match': `"${isBehind ? base?.revision ?? 0 : rule.revision}"` });
      setBase(next);
      resource?.replace(next);
      setNote('');
      tell(`Saved as version ${next.version}.`);
    } else {
      const next = await api.post<Rule>('/rules', made.rule);
      keep(null, null);
      setBase(next);
      go(`/rules/${encodeURIComponent(next.id)}`, true);
      tell(`“${next.name}” is a draft: it looks at nothing yet.`);
    }
    setTold(false);
    setWasLeft(false);
  });

  // Somebody was quicker: what they saved is read, and said.
  useEffect(() => { if (save.problem?.status === 412) resource?.reload(); }, [save.problem]);

  const address = `/rules/${rule ? encodeURIComponent(rule.id) : 'new'}`;
  return (
    <>
      <div className="page-head">
        <div className="grow stack tight">
          <h1>{draft.name.trim() || (rule ? rule.name : 'New rule')}</h1>
          <span className="row wrap small quiet" style={{ gap: '2px 12px' }}>
            {rule ? (
              <>
                <RuleStateSign state={rule.state} />
                <span>version {rule.version} by {rule.changedBy}, <Ago at={rule.changedAt} /></span>
                <Passing rule={rule} />
                <span>{plural(rule.today.actions, 'action')} today</span>
                <Link href={`/decisions?rule=${encodeURIComponent(rule.id)}`}>Decisions</Link>
              </>
            ) : <span>It begins as a draft, which looks at nothing until you put it live.</span>}
            {isDirty && rule && <Badge look="warn">not saved</Badge>}
          </span>
        </div>
        {!isOff && rule && isDirty && <input className="input version-note" aria-label="What you changed, for the list of versions" placeholder="What did you change?" maxLength={noteMax} value={note} onChange={(event) => setNote(event.target.value)} />}
        {!isOff && <Button icon="check-lg" look={rule && !isDirty ? undefined : 'primary'} isBusy={save.isBusy} disabled={rule !== null && !isDirty} onClick={() => void save.run(false)}>{rule ? 'Save' : 'Save as a draft'}</Button>}
        {rule && isOff && isRunning && may('rule:write') && <span className="quiet small">It is at work: whoever may publish rules may change it.</span>}
        {rule && may('rule:write') && <StatusMenu rule={rule} isDirty={isDirty} save={() => save.run(false)} catalogue={catalogue} onChanged={(next) => { setBase((before) => (before && !isDirty ? next : before)); resource?.replace(next); }} />}
      </div>
      {save.problem && (save.problem.code === 'page.error'
        ? <div className="notice warn" role="alert"><strong>It is not finished.</strong><span>{save.problem.detail}</span></div> : <ProblemNote problem={save.problem} action={canForce(save.problem) && <Button isSmall onClick={() => void save.run(true)}>Save it all the same</Button>} />)}
      {wasLeft && isDirty && (
        <div className="notice" role="status">
          <span className="row wrap"><span className="grow">What you changed before and did not save is here again.</span>
            <Button isSmall onClick={() => { history.reset(rule ? draftOf(rule) : newDraft()); setWasLeft(false); }}>Drop it</Button></span>
        </div>
      )}
      {isBehind && rule && (
        <div className="notice warn" role="status">
          <strong>{rule.changedBy} saved version {rule.version} meanwhile.</strong>
          <span>Saving yours is refused, so that theirs is not lost. <Link href={`${address}/versions?from=${base?.version ?? ''}&to=${rule.version}`}>See what they changed</Link></span>
          <span><Button isSmall onClick={() => { history.reset(draftOf(rule)); setBase(rule); save.clear(); }}>Take theirs, drop mine</Button></span>
        </div>
      )}
      {rule?.alarm && <div className="notice warn"><strong>{rule.alarm.message}</strong><span><Link href={`${address}/days`}>Day by day</Link>, <Link href={`/decisions?rule=${encodeURIComponent(rule.id)}&outcome=passed`}>what passed</Link></span></div>}
      {rule && (rule.missingSignals ?? []).length > 0 && (
        <div className="notice bad"><strong>{plural(rule.missingSignals.length, 'signal')} of this rule {rule.missingSignals.length === 1 ? 'is' : 'are'} not installed: {rule.missingSignals.join(', ')}.</strong>
          <span>Conditions that ask {rule.missingSignals.length === 1 ? 'it' : 'them'} could not be told, so the rule may pass less often. Install the integration again, or choose another signal.</span></div>
      )}
      {catalogue.problem && <ProblemNote problem={catalogue.problem} action={<Button isSmall icon="arrow-clockwise" onClick={catalogue.reload}>Try again</Button>} />}
      <Tabs label={`Parts of ${draft.name || 'the new rule'}`} here={part} tabs={parts.filter(([key]) => rule || (key !== 'versions' && key !== 'days')).map(([key, label]) => ({ key, label, href: key ? `${address}/${key}` : address }))} />
      {part === '' && <BuildPart history={history} catalogue={catalogue} rule={made.rule} found={found} lack={lack} isOff={isOff} isTold={isTold} />}
      {part === 'what-would-change' && <BacktestPart rule={rule} draft={made.rule} isDirty={isDirty} lack={lack} catalogue={catalogue} />}
      {part === 'days' && rule && <DaysPart rule={rule} />}
      {part === 'versions' && rule && <VersionsPart rule={rule} catalogue={catalogue} isDirty={isDirty} onRestored={(next) => { history.reset(draftOf(next)); setBase(next); resource?.replace(next); }} />}
      {!parts.some(([key]) => key === part) && <Empty icon="question-circle" title="A rule has no such part" action={<Link className="button" href={address}>To the rule</Link>} />}
    </>
  );
}
