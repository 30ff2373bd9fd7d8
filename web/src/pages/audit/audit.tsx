import type { AuditEntry } from '../../api/types';
import { useQuery } from '../../shell/router';
import { Ago, Badge, Button } from '../../ui/basics';
import { SearchField } from '../../ui/fields';
import { usePages } from '../../ui/pages-of';
import { ProblemNote } from '../../ui/problem';

/** Who did what to what, and whether they were let. */
export function AuditPage() {
  const [action, setAction] = useQuery('action');
  const [subject, setSubject] = useQuery('subject');
  const query = new URLSearchParams({ limit: '100' });
  if (action) query.set('action', action);
  if (subject) query.set('subject', subject);
  const pages = usePages<AuditEntry>(`/audit?${query}`);
  return (
    <>
      <div className="page-head"><h1 className="grow">Audit log</h1></div>
      <div className="row wrap">
        <SearchField label="Action, such as plugin." value={action} onChange={setAction} />
        <SearchField label="Subject, such as plugin:hello" value={subject} onChange={setSubject} />
      </div>
      {pages.problem && <ProblemNote problem={pages.problem} />}
      {pages.items && pages.items.length === 0 && <div className="card empty"><p>No entry fits. An action ends in a dot to mean all that begin so.</p></div>}
      {pages.items && pages.items.length > 0 && (
        <div className="card flush table-scroll" tabIndex={0} role="region" aria-label="Audit entries">
          <table>
            <thead><tr><th>When</th><th>Who</th><th>What</th><th>To what</th><th>Outcome</th><th>From</th><th>Detail</th></tr></thead>
            <tbody>{pages.items.map((entry) => (
              <tr key={entry.sequence}>
                <td><Ago at={entry.at} /></td><td className="nowrap" title={entry.actor}>{entry.actorName}</td><td><code>{entry.action}</code></td><td><code>{entry.subject}</code></td>
                <td><Badge look={entry.outcome === 'done' ? 'good' : entry.outcome === 'refused' ? 'warn' : 'bad'}>{entry.outcome}</Badge></td>
                <td className="quiet small">{entry.address}</td>
                <td>{Object.keys(entry.detail).length > 0 && <details><summary className="small nowrap">Show</summary><pre className="stack-text" tabIndex={0}>{JSON.stringify(entry.detail, null, 2)}</pre></details>}</td>
              </tr>
            ))}</tbody>
          </table>
        </div>
      )}
      {pages.hasMore && <Button onClick={() => void pages.more()}>Older</Button>}
    </>
  );
}
