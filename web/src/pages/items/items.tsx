import { useEffect } from 'react';
import { useEvents } from '../../api/events';
import { useResource, useWholeList } from '../../api/resource';
import type { ItemQueue, ItemType, StoredItem } from '../../api/types-rules';
import { Link, useQuery } from '../../shell/router';
import { useSession } from '../../shell/session';
import { Ago, Badge, Button, Empty } from '../../ui/basics';
import { Filter, SearchField } from '../../ui/fields';
import { bytes, milliseconds, number } from '../../ui/format';
import { usePages } from '../../ui/pages-of';
import { ProblemNote } from '../../ui/problem';
import { RulesHead } from '../rules/head';
import { itemWords } from '../rules/model/samples';
import { SubmitItem } from './submit';

/** How often the queue is read while something waits, in milliseconds. */
const look = 2000;
const states = { waiting: ['accent', 'waiting'], decided: ['good', 'decided'], failed: ['bad', 'failed'] } as const;

/** What came in, and how far the hub is with it. */
export function ItemsPage() {
  const { may } = useSession();
  const types = useWholeList<ItemType>('/item-types');
  const queue = useResource<ItemQueue>('/items/queue');
  const [q, setQ] = useQuery('q');
  const [typeId, setTypeId] = useQuery('typeId');
  const [isSubmitting, setSubmitting] = useQuery('submit');
  const query = new URLSearchParams({ limit: '50' });
  if (q) query.set('q', q);
  if (typeId) query.set('typeId', typeId);
  const pages = usePages<StoredItem>(`/items?${query}`);
  const waiting = queue.value?.waiting ?? 0;
  useEvents('decisions', (data) => {
    // The event says how the queue is.
    if ('waiting' in (data as object)) queue.replace(data as ItemQueue);
    else queue.reload();
  });
  useEffect(() => {
    if (waiting === 0) return undefined;
    const timer = window.setInterval(queue.reload, look);
    return () => window.clearInterval(timer);
  }, [waiting > 0]);
  return (
    <>
      <RulesHead here="items" title="Items" about="What was submitted, the newest first.">
        {may('item:submit') && <Button look="primary" icon="plus-lg" onClick={() => setSubmitting('1')}>Submit an item</Button>}
      </RulesHead>
      {queue.value && (
        <ul className="figures card" aria-label="Queue">
          <li><div className="figure">{number(waiting)}</div><span className="quiet small">waiting</span></li>
          <li><div className="figure">{queue.value.oldestSeconds ? milliseconds(queue.value.oldestSeconds * 1000) : '–'}</div><span className="quiet small">the oldest waits</span></li>
          <li><div className="figure">{number(Math.round(queue.value.decidedPerMinute))}</div><span className="quiet small">decided a minute</span></li>
          <li><div className="figure">{bytes(queue.value.keptBytes)}</div><span className="quiet small">kept of {bytes(queue.value.keptBytesMax)}</span></li>
        </ul>
      )}
      <div className="row wrap">
        <SearchField label="Search items" value={q} onChange={setQ} />
        <Filter label="Item type" value={typeId} onChange={setTypeId} options={(types.value ?? []).map((one) => [one.id, one.name])} />
        <Button icon="arrow-clockwise" onClick={pages.reload}>Newest</Button>
      </div>
      {pages.problem && <ProblemNote problem={pages.problem} />}
      {pages.items?.length === 0 && (q || typeId ? <div className="card empty"><p>No item fits these filters.</p><Button onClick={() => { setQ(''); setTypeId(''); }}>Show all</Button></div> : (
        <Empty icon="inbox" title="Nothing was submitted yet" action={types.value?.length === 0 ? <Link className="button primary" href="/item-types?new=1">Describe an item type</Link>
          : may('item:submit') ? <Button look="primary" onClick={() => setSubmitting('1')}>Submit one by hand</Button> : undefined}>
          Programs send items to <code>POST /api/v1/items/async</code> with a token that has the right <code>item:submit</code>.
        </Empty>
      ))}
      {pages.items && pages.items.length > 0 && (
        <div className="card flush table-scroll" tabIndex={0} role="region" aria-label="Items">
          <table>
            <thead><tr><th className="number">No.</th><th>Item</th><th>Type</th><th>State</th><th>Came</th></tr></thead>
            <tbody>{pages.items.map((item) => (
              <tr key={item.sequence}>
                <td className="number quiet">{item.sequence}</td>
                <td><Link href={`/items/${item.sequence}`}>{item.id}</Link><div className="quiet small" style={{ overflowWrap: 'anywhere' }}>{itemWords(item.data)}</div></td>
                <td>{types.value?.find((one) => one.id === item.typeId)?.name ?? item.typeId}</td>
                <td><Badge look={states[item.state]?.[0]}>{states[item.state]?.[1] ?? item.state}</Badge></td><td><Ago at={item.receivedAt} /></td>
              </tr>
            ))}</tbody>
          </table>
        </div>
      )}
      {pages.hasMore && <Button onClick={() => void pages.more()}>Older</Button>}
      {isSubmitting && <SubmitItem types={types.value ?? []} onClose={() => { setSubmitting(''); pages.reload(); queue.reload(); }} />}
    </>
  );
}
