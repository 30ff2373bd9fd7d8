import { useEvents } from '../../api/events';
import type { ItemUser } from '../../api/types-users';
import { userAddress } from '../../api/types-users';
import { Link, useQuery } from '../../shell/router';
import { Badge, Button, Empty } from '../../ui/basics';
import { Filter, SearchField } from '../../ui/fields';
import { number } from '../../ui/format';
import { usePages } from '../../ui/pages-of';
import { ProblemNote } from '../../ui/problem';
import { useCatalogue } from '../rules/model/catalogue';
import { RulesHead } from '../rules/head';
import { typeName } from '../rules/model/words';

/** Whom items come from: how each stands, and why. */
export function UsersPage() {
  const catalogue = useCatalogue();
  const [q, setQ] = useQuery('q');
  const [strikes, setStrikes] = useQuery('minStrikes');
  const query = new URLSearchParams({ limit: '50' });
  if (q) query.set('q', q);
  if (/^\d+$/.test(strikes)) query.set('minStrikes', strikes);
  const pages = usePages<ItemUser>(`/item-users?${query}`);
  useEvents('decisions', () => { if ((pages.items?.length ?? 0) <= 50) pages.reload(); });
  return (
    <>
      <RulesHead here="item-users" title="Users" about="Whom items of the last 90 days come from. Live rules that act on an item give its author the strikes of their policies." />
      <div className="row wrap">
        <SearchField label="Search users" value={q} onChange={setQ} />
        <Filter label="Strikes" value={strikes} onChange={setStrikes} options={[['1', 'one at least'], ['3', '3 at least'], ['10', '10 at least']]} />
      </div>
      {pages.problem && <ProblemNote problem={pages.problem} />}
      {pages.items?.length === 0 && (q || strikes
        ? <div className="card empty"><p>No user fits these filters.</p><Button onClick={() => { setQ(''); setStrikes(''); }}>Show all</Button></div>
        : <Empty icon="people" title="No users yet">Items that say who made them, by a <code>creator</code> or a field in the role of the author, bring their users here.</Empty>)}
      {pages.items && pages.items.length > 0 && (
        <div className="card flush table-scroll" tabIndex={0} role="region" aria-label="Users">
          <table>
            <thead><tr><th>User</th><th>Type</th><th className="number">Strikes</th><th className="number">Score</th><th className="number">Items</th><th className="number">Acted on</th></tr></thead>
            <tbody>{pages.items.map((user) => (
              <tr key={`${user.typeId} ${user.id}`}>
                <td><Link href={userAddress(user)} style={{ overflowWrap: 'anywhere' }}>{user.id}</Link></td>
                <td className="quiet">{typeName(user.typeId, catalogue)}</td>
                <td className="number">{user.strikes > 0 ? <Badge look="warn">{number(user.strikes)}</Badge> : 0}</td>
                <td className="number">{user.score}</td><td className="number">{number(user.items)}</td><td className="number">{number(user.acted)}</td>
              </tr>
            ))}</tbody>
          </table>
        </div>
      )}
      {pages.hasMore && <Button onClick={() => void pages.more()}>More</Button>}
    </>
  );
}
