import { useDeferredValue, useState } from 'react';
import { useEvents } from '../../api/events';
import { useWholeList } from '../../api/resource';
import type { Rule, RuleState } from '../../api/types-rules';
import { Link, useQuery } from '../../shell/router';
import { useSession } from '../../shell/session';
import { Ago, Badge, Button, Empty } from '../../ui/basics';
import { Filter, SearchField } from '../../ui/fields';
import { number, plural } from '../../ui/format';
import { Loaded } from '../../ui/problem';
import { RulesHead } from './head';
import { ImportRule } from './import';
import { countLeaves, stateNames } from './model/words';
import { RuleStateSign } from './state';

/** Rules that are drawn at first, and how many are added by the button. */
const rowsFirst = 200;

/** Every rule: what it is now, what it did today, and what it lacks. */
export function RulesPage() {
  const { may } = useSession();
  const rules = useWholeList<Rule>('/rules');
  const [isImporting, setImporting] = useQuery('import');
  useEvents('rules', (data) => {
    const changed = data as Partial<Rule>;
    // In place, so that nothing moves under the hand.
    if (rules.value?.some((rule) => rule.id === changed.id) && changed.name && changed.conditionSet) {
      rules.replace(rules.value.map((rule) => (rule.id === changed.id ? (changed as Rule) : rule)));
    } else {
      rules.reload();
    }
  });
  return (
    <>
      <RulesHead here="rules" title="Rules" about="What looks at items, and what follows.">
        {may('rule:write') && <Button icon="braces" onClick={() => setImporting('1')}>From JSON</Button>}
        {may('rule:write') && <Link className="button primary" href="/rules/new">New rule</Link>}
      </RulesHead>
      <Loaded from={rules}>{(list) => <RuleList list={list} />}</Loaded>
      {isImporting && may('rule:write') && <ImportRule onClose={() => setImporting('')} />}
    </>
  );
}

const states: RuleState[] = ['LIVE', 'BACKGROUND', 'DRAFT', 'EXPIRED', 'ARCHIVED'];

function RuleList({ list }: { list: Rule[] }) {
  const { may } = useSession();
  const [text, setText] = useQuery('q');
  const [state, setState] = useQuery('state');
  const [tag, setTag] = useQuery('tag');
  const [rows, setRows] = useState(rowsFirst);
  const sought = useDeferredValue(text).toLowerCase().split(/\s+/).filter(Boolean);
  if (list.length === 0) {
    return (
      <Empty icon="funnel" title="No rules yet" action={may('rule:write') ? <Link className="button primary" href="/rules/new">Build the first one</Link> : undefined}>
        {may('rule:write') ? 'A rule says which items it looks at, under which conditions, and what then happens. It begins as a draft: it can be tested before it touches anything.'
          : 'Whoever may write rules in this organisation can build some.'}
      </Empty>
    );
  }
  const stateOf = (rule: Rule): RuleState => (rule.state === 'DEPRECATED' ? 'ARCHIVED' : rule.state);
  const shown = list.filter((rule) => {
    // What was put away is found by asking for it.
    if (state ? stateOf(rule) !== state : stateOf(rule) === 'ARCHIVED') return false;
    if (tag && !rule.tags?.includes(tag)) return false;
    const words = `${rule.name} ${rule.description ?? ''} ${(rule.tags ?? []).join(' ')} ${rule.id}`.toLowerCase();
    return sought.every((word) => words.includes(word));
  });
  const tags = [...new Set(list.flatMap((rule) => rule.tags ?? []))].sort();
  return (
    <div className="stack">
      <div className="row wrap" role="group" aria-label="State">
        {states.map((one) => (
          <button key={one} type="button" className="button small" aria-pressed={state === one} onClick={() => setState(state === one ? '' : one)}>
            <span className={`sign ${stateNames[one].mood}`} aria-hidden="true">{stateNames[one].sign}</span>{stateNames[one].label} {list.filter((rule) => stateOf(rule) === one).length}
          </button>
        ))}
      </div>
      <div className="row wrap">
        <SearchField label="Search rules" value={text} onChange={setText} />
        {tags.length > 0 && <Filter label="Tag" value={tag} onChange={setTag} options={tags.map((one) => [one, one])} />}
      </div>
      {shown.length === 0 ? (
        <div className="card empty">
          <p>No rule fits these filters.</p>
          <Button onClick={() => { setText(''); setState(''); setTag(''); }}>Show all but archived</Button>
        </div>
      ) : (
        <ul className="card flush list" aria-label="Rules">{shown.slice(0, rows).map((rule) => <Row key={rule.id} rule={rule} onTag={setTag} />)}</ul>
      )}
      {shown.length > rows && <Button onClick={() => setRows(rows + rowsFirst)}>Show {plural(Math.min(rowsFirst, shown.length - rows), 'more rule')} of {number(shown.length)}</Button>}
    </div>
  );
}

/** Of what looks at items: how often it passed today. */
export function Passing({ rule }: { rule: Rule }) {
  const { looked, passed, errored } = rule.today;
  if (rule.state !== 'LIVE' && rule.state !== 'BACKGROUND' && looked === 0) return null;
  return <span className="block">{number(passed)} of {number(looked)} <span className="quiet">passed today</span>{errored > 0 && <span className="wrong">, {number(errored)} not told</span>}</span>;
}

function Row({ rule, onTag }: { rule: Rule; onTag: (tag: string) => void }) {
  const errors = (rule.findings ?? []).filter((finding) => finding.severity === 'error').length;
  const missing = rule.missingSignals ?? [];
  return (
    <li className="rule-row">
      <span className="small"><RuleStateSign state={rule.state} /></span>
      <div className="stack tight" style={{ gap: 1 }}>
        <span className="row wrap" style={{ gap: '0 8px' }}>
          <Link className="title" href={`/rules/${encodeURIComponent(rule.id)}`} style={{ fontWeight: 600 }}>{rule.name}</Link>
          {missing.length > 0 && <Badge look="bad" title={missing.join(', ')}>{plural(missing.length, 'signal')} missing</Badge>}
          {rule.alarm && <Badge look="bad" title={rule.alarm.message}>passes far {rule.alarm.direction === 'more' ? 'more' : 'less'} often than usual</Badge>}
          {errors > 0 && <Badge look="warn">{plural(errors, 'error')}</Badge>}
          {(rule.tags ?? []).map((tag) => (
            <button key={tag} type="button" className="badge" style={{ border: 0, cursor: 'pointer' }} onClick={() => onTag(tag)}><span className="visually-hidden">Only rules tagged </span>{tag}</button>
          ))}
        </span>
        <span className="quiet small">{rule.description || plural(countLeaves(rule.conditionSet), 'condition')}</span>
      </div>
      <span className="small nowrap">
        <Passing rule={rule} />
        {number(rule.today.actions)}{rule.maxDailyActions !== undefined && rule.maxDailyActions !== null && <span className="quiet"> of {number(rule.maxDailyActions)}</span>}
        <span className="quiet"> {rule.today.actions === 1 ? 'action' : 'actions'} today</span>
      </span>
      <span className="quiet small nowrap">v{rule.version} · <Ago at={rule.changedAt} /></span>
    </li>
  );
}
