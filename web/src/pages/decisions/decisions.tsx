import { useState } from 'react';
import { useEvents } from '../../api/events';
import { useWholeList } from '../../api/resource';
import type { Decision, ItemType, Outcome, Rule } from '../../api/types-rules';
import { Link, useQuery } from '../../shell/router';
import { Ago, Badge, Button, Empty } from '../../ui/basics';
import { Filter, SearchField } from '../../ui/fields';
import { milliseconds, plural } from '../../ui/format';
import { usePages } from '../../ui/pages-of';
import { ProblemNote } from '../../ui/problem';
import { RulesHead } from '../rules/head';
import { outcomeNames } from '../rules/model/words';

const pageSize = 50;
const within: [string, string, number][] = [['hour', 'last hour', 3_600_000], ['day', 'last day', 86_400_000], ['week', 'last week', 604_800_000]];
const filters = ['q', 'rule', 'item', 'type', 'outcome'] as const;

/** What was decided about items, the newest first; newer ones wait until one asks for them. */
export function DecisionsPage() {
  const rules = useWholeList<Rule>('/rules');
  const types = useWholeList<ItemType>('/item-types');
  const [q, setQ] = useQuery('q');
  const [rule, setRule] = useQuery('rule');
  const [item, setItem] = useQuery('item');
  const [type, setType] = useQuery('type');
  const [outcome, setOutcome] = useQuery('outcome');
  const [time, setTime] = useQuery('within');
  // Rounded, so that the same question stays the same for a minute.
  const since = (span: number) => new Date(Math.floor((Date.now() - span) / 60_000) * 60_000).toISOString();
  const query = new URLSearchParams({ limit: String(pageSize) });
  const values = { q, rule, item, type, outcome };
  for (const name of filters) if (values[name]) query.set(name, values[name]);
  const span = within.find(([key]) => key === time)?.[2];
  if (span) query.set('since', since(span));
  const pages = usePages<Decision>(`/decisions?${query}`);
  const [isFresh, setFresh] = useState(false);
  useEvents('decisions', (data) => {
    // Without the queue's state it is no event: some may have been missed.
    if (!('waiting' in (data as object)) && (pages.items?.length ?? 0) <= pageSize) pages.reload();
    else setFresh(true);
  });
  const isFiltered = filters.some((name) => values[name]) || time !== '';
  const ruleName = (id: string) => rules.value?.find((one) => one.id === id)?.name ?? id;
  const clear = () => { for (const set of [setQ, setRule, setItem, setType, setOutcome, setTime]) set(''); };
  return (
    <>
      <RulesHead here="decisions" title="Decisions" about="What rules said of each item, and why." />
      <div className="row wrap">
        <SearchField label="Search decisions" value={q} onChange={setQ} />
        <Filter label="Rule" value={rule} onChange={setRule} options={(rules.value ?? []).map((one) => [one.id, one.name])} />
        <Filter label="Outcome" value={outcome} onChange={setOutcome} options={[['passed', 'a rule passed'], ['failed', 'none passed'], ['errored', 'one could not be told']]} />
        <Filter label="Item type" value={type} onChange={setType} options={(types.value ?? []).map((one) => [one.id, one.name])} />
        <Filter label="When" value={time} onChange={setTime} options={within.map(([key, label]) => [key, label])} />
        {item && <Button isSmall icon="x-lg" onClick={() => setItem('')}>Item {item}<span className="visually-hidden">: take this filter away</span></Button>}
        {isFresh && <Button isSmall icon="arrow-clockwise" onClick={() => { setFresh(false); pages.reload(); }}>Newer decisions</Button>}
      </div>
      {pages.problem && <ProblemNote problem={pages.problem} />}
      {pages.items?.length === 0 && (isFiltered
        ? <div className="card empty"><p>No decision fits these filters.</p><Button onClick={clear}>Show all</Button></div>
        : (
          <Empty icon="inbox" title="Nothing was decided yet" action={<Link className="button primary" href="/items?submit=1">Submit an item</Link>}>
            Each item that comes in is decided by the rules that are live or in the background. Programs send items to <code>POST /api/v1/items/async</code>.
          </Empty>
        ))}
      {pages.items && pages.items.length > 0 && (
        <div className="card flush table-scroll" tabIndex={0} role="region" aria-label="Decisions">
          <table>
            <thead><tr><th>Item</th><th>What came out</th><th>Actions</th><th>When</th><th className="number">Took</th><th className="number">Signal runs</th></tr></thead>
            <tbody>{pages.items.map((decision) => (
              <tr key={decision.id}>
                <td>
                  <Link href={`/decisions/${encodeURIComponent(decision.id)}`}>{decision.itemId}</Link>
                  <div className="quiet small">{types.value?.find((one) => one.id === decision.itemTypeId)?.name ?? decision.itemTypeId}</div>
                </td>
                <td><Outcomes decision={decision} ruleName={ruleName} /></td>
                <td>{decision.actions.length === 0 ? <span className="quiet">none</span> : <ActionStates decision={decision} />}</td>
                <td><Ago at={decision.at} /></td>
                <td className="number">{milliseconds(decision.milliseconds)}</td><td className="number">{decision.signalRuns}</td>
              </tr>
            ))}</tbody>
          </table>
        </div>
      )}
      {pages.hasMore && <Button onClick={() => void pages.more()}>Older</Button>}
    </>
  );
}

function Outcomes({ decision, ruleName }: { decision: Decision; ruleName: (id: string) => string }) {
  const errored = decision.rules.filter((one) => one.outcome === 'ERRORED');
  if (decision.passed.length === 0 && errored.length === 0) return <span className="quiet">no rule passed</span>;
  const line = (id: string, outcome: Outcome, name: string) => (
    <div key={`${id} ${outcome}`}><span className={`sign ${outcomeNames[outcome].mood}`} aria-hidden="true">{outcomeNames[outcome].sign}</span>{name} <span className="quiet small">{outcomeNames[outcome].label}</span></div>
  );
  return <>{decision.passed.map((id) => line(id, 'PASSED', decision.rules.find((one) => one.id === id)?.name ?? ruleName(id)))}{errored.map((one) => line(one.id, 'ERRORED', one.name))}</>;
}

const actionLooks = { done: 'good', waiting: 'accent', failed: 'bad', capped: 'warn' } as const;
const actionWords = { done: 'done', waiting: 'waiting', failed: 'failed', capped: 'over the daily limit' };

export function ActionStates({ decision, nameOf }: { decision: Decision; nameOf?: (id: string) => string }) {
  return (
    <span className="row wrap" style={{ gap: 6 }}>
      {decision.actions.map((one) => (
        <Badge key={`${one.id} ${one.reviewId ?? ''} ${one.act ?? ''}`} look={actionLooks[one.state]} title={one.problem?.message ?? plural(one.attempts, 'try', 'tries')}>{nameOf?.(one.id) ?? one.id}: {actionWords[one.state]}{one.attempts > 1 && `, ${plural(one.attempts, 'try', 'tries')}`}{one.act !== undefined && ', by hand'}{one.reviewId !== undefined && ', after a review'}</Badge>
      ))}
    </span>
  );
}
