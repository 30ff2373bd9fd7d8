import { useEffect, useState } from 'react';
import { api } from '../../api/client';
import { useEvents } from '../../api/events';
import { useResource, useWholeList, useWork } from '../../api/resource';
import type { Rule, StoredItem } from '../../api/types-rules';
import { userAddress } from '../../api/types-users';
import { Link, useRouter } from '../../shell/router';
import { useSession } from '../../shell/session';
import { Ago, Badge, Button, Empty } from '../../ui/basics';
import { Menu, useToast } from '../../ui/overlay';
import { Loaded, ProblemNote } from '../../ui/problem';
import { DecisionFacts, DecisionRules } from '../decisions/decision';
import { ActDialog } from '../review/act';
import { useCatalogue } from '../rules/model/catalogue';
import { typeName } from '../rules/model/words';
import { ItemView } from './item-view';

/** How often one that waits is read, in milliseconds. */
const look = 1000;

/** One item: what came in, and what was decided of it. */
export function ItemPage({ sequence }: { sequence: string }) {
  const { go } = useRouter();
  const item = useResource<StoredItem>(`/items/${encodeURIComponent(sequence)}`);
  const rules = useWholeList<Rule>('/rules');
  const catalogue = useCatalogue();
  const { may } = useSession();
  const tell = useToast();
  const [isActing, setActing] = useState(false);
  const act = useWork(async (what: object) => {
    await api.post(`/items/${encodeURIComponent(sequence)}/act`, what);
    item.reload();
    tell('Done, and in the audit log.');
  });
  const isWaiting = item.value?.state === 'waiting';
  useEvents('decisions', () => { if (isWaiting) item.reload(); });
  useEffect(() => {
    if (!isWaiting) return undefined;
    const timer = window.setInterval(item.reload, look);
    return () => window.clearInterval(timer);
  }, [isWaiting]);
  if (item.problem?.status === 404 && !item.value) {
    return (
      <Empty icon="inbox" title="There is no such item" level="h1" action={<Link className="button primary" href="/items">To the items</Link>}>
        Nothing came in as no. <code style={{ overflowWrap: 'anywhere' }}>{sequence}</code> in this organisation.
      </Empty>
    );
  }
  return (
    <Loaded from={item}>
      {(value) => (
        <>
          <div className="page-head">
            <div className="grow stack tight">
              <h1 style={{ overflowWrap: 'anywhere' }}>{typeName(value.typeId, catalogue)} {value.id}</h1>
              <p className="quiet row wrap"><Badge look={value.state === 'decided' ? 'good' : value.state === 'failed' ? 'bad' : 'accent'}>{value.state}</Badge> <span>came <Ago at={value.receivedAt} /> as no. {value.sequence}</span>{value.creator && <span>from <Link href={userAddress(value.creator)}>{value.creator.id}</Link></span>}</p>
            </div>
            {value.decision && may('item:review') && <Button isBusy={act.isBusy} onClick={() => setActing(true)}>Act on it</Button>}
            {(rules.value ?? []).length > 0 && (
              <Menu label="Test a rule on it" entries={(rules.value ?? []).slice(0, 30).map((rule) => ({ label: rule.name, onPick: () => go(`/rules/${encodeURIComponent(rule.id)}?item=${value.sequence}`) }))}>Test a rule on it</Menu>
            )}
          </div>
          <section className="card stack" aria-labelledby="item-data"><h2 id="item-data">Data</h2><ItemView data={value.data} typeId={value.typeId} catalogue={catalogue} /></section>
          {act.problem && <ProblemNote problem={act.problem} />}
          {isActing && <ActDialog itemId={value.id} policies={[]} catalogue={catalogue} onClose={() => setActing(false)} act={(what) => { setActing(false); void act.run(what); }} />}
          {value.problem && <div className="notice bad"><strong>{value.problem.message}</strong><code className="quiet small">{value.problem.code}</code></div>}
          {value.state === 'waiting' && <p role="status" className="quiet">It waits for its decision.</p>}
          {value.decision && (
            <>
              <div className="row"><h2 className="grow">Decision</h2><Link href={`/decisions/${encodeURIComponent(value.decision.id)}`}>Its own page</Link></div>
              <DecisionFacts decision={value.decision} catalogue={catalogue} />
              <DecisionRules decision={value.decision} catalogue={catalogue} />
            </>
          )}
        </>
      )}
    </Loaded>
  );
}
