import { api } from '../../api/client';
import { useEvents } from '../../api/events';
import { useResource, useWork } from '../../api/resource';
import type { ItemUserDetail, Strike } from '../../api/types-users';
import { userAddress } from '../../api/types-users';
import { Link } from '../../shell/router';
import { useSession } from '../../shell/session';
import { Ago, Badge, Button } from '../../ui/basics';
import { number, plural } from '../../ui/format';
import { useToast } from '../../ui/overlay';
import { Loaded, ProblemNote } from '../../ui/problem';
import { useCatalogue } from '../rules/model/catalogue';
import { typeName } from '../rules/model/words';

/** How one user stands: every strike with its item, forgiven or not. */
export function UserPage({ type, id }: { type: string; id: string }) {
  const { may } = useSession();
  const catalogue = useCatalogue();
  const tell = useToast();
  const address = userAddress({ typeId: type, id });
  const user = useResource<ItemUserDetail>(address);
  useEvents('decisions', () => user.reload());
  const change = useWork(async (strike: Strike, isForgiven: boolean) => {
    const path = `${address}/strikes/${encodeURIComponent(strike.id)}`;
    user.replace(isForgiven ? await api.delete<ItemUserDetail>(path) : await api.post<ItemUserDetail>(`${path}/restore`));
    tell(isForgiven ? 'Forgiven: it counts no more.' : 'It counts again.');
  });
  const check = useWork(async () => {
    await api.post(`${address}/check`);
    tell('Rules on users look now; the decision comes in a moment.');
  });
  return (
    <Loaded from={user}>
      {(value) => (
        <>
          <div className="page-head">
            <div className="grow stack tight">
              <h1 style={{ overflowWrap: 'anywhere' }}>{value.id}</h1>
              <p className="quiet">{typeName(value.typeId, catalogue)} · <Link href={`/decisions?item=${encodeURIComponent(value.id)}&type=${encodeURIComponent(value.typeId)}`}>Decisions about this user</Link></p>
            </div>
            {may('item:submit') && <Button icon="arrow-clockwise" isBusy={check.isBusy} onClick={() => void check.run()}>Have rules look</Button>}
          </div>
          {check.problem && <ProblemNote problem={check.problem} />}
          <section className="card" aria-label="Standing">
            <dl className="facts">
              <dt>Strikes</dt><dd><strong>{number(value.strikes)}</strong> of the last 90 days</dd>
              <dt>Score</dt><dd>{value.score} of 5</dd>
              <dt>Items</dt><dd>{plural(value.items, 'item')}; live rules acted on {number(value.acted)}</dd>
            </dl>
          </section>
          {change.problem && <ProblemNote problem={change.problem} />}
          <section className="stack" aria-labelledby="user-history">
            <h2 id="user-history">Strikes</h2>
            {value.history.length === 0 ? <p className="quiet">None in the last 90 days.</p> : (
              <ul className="card flush list" aria-label="Strikes">
                {value.history.map((strike) => (
                  <li key={strike.id} className="row wrap">
                    <span className="grow">
                      <strong>{strike.policy.name}</strong> <Badge look={strike.forgivenBy ? undefined : 'warn'}>{plural(strike.strikes, 'strike')}</Badge>
                      <div className="quiet small">for <Link href={`/items/${strike.sequence}`}>item no. {number(strike.sequence)}</Link>, <Ago at={strike.at} />
                        {strike.forgivenBy && <>; forgiven by {strike.forgivenBy}{strike.forgivenAt && <> <Ago at={strike.forgivenAt} /></>}</>}</div>
                    </span>
                    {may('rule:publish') && (
                      <Button isSmall isBusy={change.isBusy} onClick={() => void change.run(strike, !strike.forgivenBy)}>
                        {strike.forgivenBy ? 'Count it again' : 'Forgive'}<span className="visually-hidden">: {strike.policy.name}, item no. {strike.sequence}</span></Button>
                    )}
                  </li>
                ))}
              </ul>
            )}
          </section>
        </>
      )}
    </Loaded>
  );
}
