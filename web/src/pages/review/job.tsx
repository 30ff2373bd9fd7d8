import { useState } from 'react';
import { api } from '../../api/client';
import { useEvents } from '../../api/events';
import { useResource, useWholeList, useWork } from '../../api/resource';
import type { Review, ReviewDetail, ReviewQueue } from '../../api/types-review';
import { Link, useRouter } from '../../shell/router';
import { useSession } from '../../shell/session';
import { Ago, Badge, Button, Empty } from '../../ui/basics';
import { plural } from '../../ui/format';
import { Menu, useToast } from '../../ui/overlay';
import { Loaded, ProblemNote } from '../../ui/problem';
import { DecisionRules } from '../decisions/decision';
import { ItemView } from '../items/item-view';
import { useCatalogue } from '../rules/model/catalogue';
import { typeName } from '../rules/model/words';
import { ActDialog } from './act';
import { RoutingSteps } from './steps';

/** One item to look at: what came in, why it is here, and what shall become of it. */
export function ReviewPage({ queue, id }: { queue: string; id: string }) {
  const review = useResource<ReviewDetail>(`/review-jobs/${encodeURIComponent(id)}`);
  useEvents('reviews', () => review.reload());
  if (review.problem?.status === 404 && !review.value) {
    return (
      <Empty icon="inbox" title="There is no such review" level="h1" action={<Link className="button primary" href={`/reviews/${encodeURIComponent(queue)}`}>To the queue</Link>}>
        It may have been closed more than 30 days ago.
      </Empty>
    );
  }
  return <Loaded from={review}>{(value) => <Whole key={value.id} review={value} replace={review.replace} reload={review.reload} />}</Loaded>;
}

function Whole({ review, replace, reload }: { review: ReviewDetail; replace: (review: ReviewDetail) => void; reload: () => void }) {
  const { may } = useSession();
  const { go } = useRouter();
  const tell = useToast();
  const catalogue = useCatalogue();
  const queues = useWholeList<ReviewQueue>('/review-queues');
  const [isActing, setActing] = useState(false);
  const path = `/review-jobs/${encodeURIComponent(review.id)}`;
  const here = `/reviews/${encodeURIComponent(review.queueId)}`;

  /** To the one that has waited longest, so that a queue is worked off without going back to its list. */
  const next = async () => {
    const { items } = await api.list<Review>(`/review-queues/${encodeURIComponent(review.queueId)}/jobs?limit=20`);
    const free = items.find((one) => one.id !== review.id && (!one.claim || one.claim.isYours));
    go(free ? `${here}/${free.id}` : here);
  };
  const change = useWork(async (word: string, body?: unknown) => {
    try {
      const after = await api.post<ReviewDetail>(`${path}/${word}`, body);
      if (word === 'close') {
        tell(after.closing?.outcome === 'acted' ? `Acted on ${review.itemId}.` : `${review.itemId} is left as it is.`);
        await next();
      } else replace(after);
    } catch (error) {
      reload();
      throw error;
    }
  });
  const isTheirs = review.claim !== undefined && !review.claim.isYours;
  const mayReview = may('item:review');
  return (
    <>
      <div className="page-head">
        <div className="grow stack tight">
          <h1 style={{ overflowWrap: 'anywhere' }}>{typeName(review.itemTypeId, catalogue)} {review.itemId}</h1>
          <p className="quiet row wrap">
            <Badge look={review.state === 'open' ? 'accent' : undefined}>{review.state}</Badge>
            <span>in <Link href={here}>{queues.value?.find((one) => one.id === review.queueId)?.name ?? review.queueId}</Link> since <Ago at={review.openedAt} />, {plural(review.decisions, 'decision')}</span>
            {review.claim && <Badge look="accent">{review.claim.isYours ? 'yours' : `with ${review.claim.by}`}</Badge>}
          </p>
        </div>
        {mayReview && review.state === 'open' && (
          <div className="row wrap">
            {review.claim?.isYours ? <Button onClick={() => void change.run('release')}>Give back</Button> : <Button disabled={isTheirs} onClick={() => void change.run('claim')}>Take it</Button>}
            {(queues.value ?? []).length > 1 && <Menu label="Move to another queue" entries={(queues.value ?? []).filter((one) => one.id !== review.queueId).map((one) => ({ label: one.name, onPick: () => void change.run('move', { queueId: one.id }) }))}>Move</Menu>}
            <Button disabled={isTheirs} isBusy={change.isBusy} onClick={() => void change.run('close', { outcome: 'ignored', decisions: review.decisions })}>Leave as it is</Button>
            <Button look="primary" disabled={isTheirs} onClick={() => setActing(true)}>Act on it</Button>
          </div>
        )}
        {mayReview && review.closing?.outcome === 'ignored' && <Button icon="arrow-counterclockwise" isBusy={change.isBusy} onClick={() => void change.run('reopen')}>Open again</Button>}
      </div>
      {change.problem && <ProblemNote problem={change.problem} />}
      {review.closing && (
        <div className="notice"><strong>{review.closing.outcome === 'acted' ? 'Acted on' : 'Left as it is'} by {review.closing.by}, <Ago at={review.closing.at} /></strong>
          {review.closing.actions.length > 0 && <span>{review.closing.actions.map((action) => catalogue.actions.find((one) => one.id === action)?.name ?? action).join(', ')}</span>}
          {review.closing.note && <span>{review.closing.note}</span>}</div>
      )}
      <section className="card stack" aria-labelledby="review-item">
        <div className="row"><h2 id="review-item" className="grow">What came in</h2>{review.item && <Link href={`/items/${review.item.sequence}`}>Its own page</Link>}</div>
        {review.item ? <ItemView data={review.item.data} typeId={review.itemTypeId} catalogue={catalogue} /> : <p className="quiet">It is not kept any more.</p>}
      </section>
      {review.reasons.map((reason, place) => (
        <section key={place} className="stack" aria-label={`Why it is here, ${place + 1}`}>
          <h2>{place === 0 ? 'Why it is here' : <>And <Ago at={reason.at} /></>}</h2>
          {reason.decision && <DecisionRules decision={{ ...reason.decision, rules: reason.decision.rules.filter((rule) => reason.rules.some((one) => one.id === rule.id)) }} catalogue={catalogue} />}
          {reason.routing && place === review.reasons.length - 1 && <RoutingSteps steps={reason.routing.rules} problem={reason.routing.problem?.message} catalogue={catalogue} />}
        </section>
      ))}
      {(review.letGo ?? 0) > 0 && <p className="quiet small">{plural(review.letGo ?? 0, 'decision')} between the first and these {review.letGo === 1 ? 'is' : 'are'} not held any more.</p>}
      {isActing && <ActDialog itemId={review.itemId} policies={review.policies} catalogue={catalogue} onClose={() => setActing(false)}
        act={(what) => { setActing(false); void change.run('close', { outcome: 'acted', decisions: review.decisions, ...what }); }} />}
    </>
  );
}
