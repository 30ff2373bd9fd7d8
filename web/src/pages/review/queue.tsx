import { useEvents } from '../../api/events';
import { useResource, useWholeList } from '../../api/resource';
import type { Review, ReviewQueue } from '../../api/types-review';
import { Link, useQuery } from '../../shell/router';
import { Ago, Badge, Empty } from '../../ui/basics';
import { plural } from '../../ui/format';
import { Loaded } from '../../ui/problem';
import { useCatalogue } from '../rules/model/catalogue';
import { typeName } from '../rules/model/words';

/** What waits in one queue, oldest first; or what was closed, latest first. */
export function QueuePage({ id }: { id: string }) {
  const [state, setState] = useQuery('state');
  const catalogue = useCatalogue();
  const path = `/review-queues/${encodeURIComponent(id)}`;
  const queue = useResource<ReviewQueue>(path);
  const reviews = useWholeList<Review>(`${path}/jobs?limit=100&state=${state === 'closed' ? 'closed' : 'open'}`);
  useEvents('reviews', () => { queue.reload(); reviews.reload(); });
  if (queue.problem?.status === 404 && !queue.value) {
    return (
      <Empty icon="inbox" title="There is no such queue" level="h1" action={<Link className="button primary" href="/reviews">To the queues</Link>}>
        Nothing is called <code style={{ overflowWrap: 'anywhere' }}>{id}</code> in this organisation.
      </Empty>
    );
  }
  return (
    <>
      <div className="page-head">
        <div className="grow stack tight"><h1>{queue.value?.name ?? id}</h1>{queue.value?.description && <p className="quiet">{queue.value.description}</p>}</div>
        {reviews.value?.[0] && state !== 'closed' && <Link className="button primary" href={`/reviews/${encodeURIComponent(id)}/${reviews.value[0].id}`}>Look at the first</Link>}
      </div>
      <div className="row wrap" role="group" aria-label="State">
        {[['', 'Open'], ['closed', 'Closed']].map(([key, label]) => (
          <button key={key} type="button" className="button small" aria-pressed={(state === 'closed') === (key === 'closed')} onClick={() => setState(key ?? '')}>{label}</button>
        ))}
      </div>
      <Loaded from={reviews}>
        {(list) => list.length === 0 ? <Empty icon="check-lg" title={state === 'closed' ? 'Nothing was closed lately' : 'Nothing waits'}>Closed reviews are kept for 30 days.</Empty> : (
          <ul className="card flush list" aria-label="Reviews">
            {list.map((review) => (
              <li key={review.id} className="row wrap">
                <span className="grow"><Link href={`/reviews/${encodeURIComponent(id)}/${review.id}`}>{typeName(review.itemTypeId, catalogue)} <strong>{review.itemId}</strong></Link>
                  <div className="quiet small">{review.rules.map((rule) => rule.name).join(', ')}{review.decisions > 1 && `, ${plural(review.decisions, 'decision')}`}</div></span>
                {review.claim && <Badge look="accent">{review.claim.isYours ? 'yours' : `with ${review.claim.by}`}</Badge>}
                {review.closing && <Badge look={review.closing.outcome === 'acted' ? 'good' : undefined}>{review.closing.outcome} by {review.closing.by}</Badge>}
                <span className="quiet small"><Ago at={review.closing?.at ?? review.openedAt} /></span>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </>
  );
}
