import { useState } from 'react';
import type { KeyboardEvent } from 'react';
import { api } from '../../api/client';
import { useEvents } from '../../api/events';
import { useResource, useWholeList, useWork } from '../../api/resource';
import type { ReviewQueue, RoutingRule } from '../../api/types-review';
import { Link } from '../../shell/router';
import { useSession } from '../../shell/session';
import { Badge, Button, Empty } from '../../ui/basics';
import { Loaded, ProblemNote } from '../../ui/problem';
import { RulesHead } from '../rules/head';
import { useCatalogue } from '../rules/model/catalogue';
import { RoutingTestPanel } from './routing-test';

/** Routing rules in the order they are asked: moved by buttons, by Alt with an arrow, or by dragging. */
export function RoutingPage() {
  const { may } = useSession();
  const rules = useResource<RoutingRule[]>('/routing-rules');
  const queues = useWholeList<ReviewQueue>('/review-queues');
  useEvents('rules', (data) => { if ((data as { kind?: string }).kind === 'routing') rules.reload(); });
  const [dragged, setDragged] = useState<string | null>(null);
  const order = useWork(async (ids: string[]) => rules.replace(await api.put<RoutingRule[]>('/routing-rules/order', { ids })));
  const put = (id: string, to: number) => {
    const list = rules.value ?? [];
    const from = list.findIndex((one) => one.id === id);
    const moved = list[from];
    if (!moved || to < 0 || to >= list.length || to === from) return;
    const next = list.filter((one) => one.id !== id);
    next.splice(to, 0, moved);
    // Shown at once; when it is refused, the order that stands comes back.
    rules.replace(next);
    void order.run(next.map((one) => one.id)).then((isDone) => { if (!isDone) rules.reload(); });
  };
  const nameOf = (id: string) => queues.value?.find((one) => one.id === id)?.name ?? id;
  const otherwise = queues.value?.find((one) => one.isDefault)?.name;
  const mayMove = may('rule:write');
  const catalogue = useCatalogue();
  const live = (rules.value ?? []).filter((one) => one.status === 'LIVE').map((one) => `${one.id} ${one.revision}`).join(' ');
  return (
    <>
      <RulesHead here="routing" title="Routing" about="Which queue an item comes to that is to be reviewed: of the live rules, the first that passes.">
        {may('rule:write') && <Link className="button primary" href="/routing/new">New routing rule</Link>}
      </RulesHead>
      {order.problem && <ProblemNote problem={order.problem} />}
      <div className={mayMove && live ? 'builder' : undefined}>
        <div className="stack">
          <Loaded from={rules}>
            {(list) => list.length === 0 ? (
              <Empty icon="diagram-3" title="No routing rules yet" action={may('rule:write') ? <Link className="button primary" href="/routing/new">Build the first one</Link> : undefined}>
                Until there are some, the default queue takes everything.
              </Empty>
            ) : (
              <ol className="card flush list" aria-label="Routing rules, in order">
                {list.map((rule, place) => (
                  <li key={rule.id} className="row wrap" draggable={mayMove} onDragStart={() => setDragged(rule.id)} onDragEnd={() => setDragged(null)}
                    onDragOver={(event) => { if (dragged) event.preventDefault(); }} onDrop={(event) => { event.preventDefault(); if (dragged) put(dragged, place); }}
                    onKeyDown={(event: KeyboardEvent) => {
                      if (!event.altKey || !mayMove || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
                      event.preventDefault();
                      put(rule.id, place + (event.key === 'ArrowUp' ? -1 : 1));
                    }}>
                    <span className="quiet">{place + 1}.</span>
                    <span className="grow"><Link href={`/routing/${encodeURIComponent(rule.id)}`}><strong>{rule.name}</strong></Link> <Badge look={rule.status === 'LIVE' ? 'good' : undefined}>{rule.status === 'LIVE' ? 'live' : 'draft'}</Badge>
                      {rule.findings.length > 0 && <Badge look="warn" title={rule.findings[0]?.message}>{rule.findings.length === 1 ? '1 finding' : `${rule.findings.length} findings`}</Badge>}
                      <div className="quiet small">to {nameOf(rule.queueId)}</div></span>
                    {mayMove && (
                      <>
                        <Button isSmall icon="arrow-up" disabled={place === 0} aria-label={`Move ${rule.name} up`} onClick={() => put(rule.id, place - 1)} />
                        <Button isSmall icon="arrow-down" disabled={place === list.length - 1} aria-label={`Move ${rule.name} down`} onClick={() => put(rule.id, place + 1)} />
                      </>
                    )}
                  </li>
                ))}
              </ol>
            )}
          </Loaded>
          {otherwise && (rules.value ?? []).length > 0 && <p className="quiet">Whatever none of them takes comes to <strong>{otherwise}</strong>.</p>}
        </div>
        {mayMove && live && <RoutingTestPanel draft={null} order={live} rule={null} typeIds={[]} lack={null} queues={queues.value ?? []} catalogue={catalogue} />}
      </div>
    </>
  );
}
