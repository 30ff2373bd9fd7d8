import { useState } from 'react';
import { useEvents } from '../../api/events';
import type { JournalEntry } from '../../api/types';
import { useQuery } from '../../shell/router';
import { Ago, Badge, Button } from '../../ui/basics';
import { SearchField } from '../../ui/fields';
import { plural } from '../../ui/format';
import { usePages } from '../../ui/pages-of';
import { ProblemNote } from '../../ui/problem';

const pageSize = 100;

/** Everything that happened, in order; newer entries wait until one asks for them. */
export function JournalPage() {
  const [types, setTypes] = useQuery('types');
  const query = new URLSearchParams({ limit: String(pageSize), order: 'desc' });
  if (types) query.set('types', types);
  const pages = usePages<JournalEntry>(`/journal?${query}`);
  const [fresh, setFresh] = useState(0);
  useEvents('journal', (data) => {
    // Without a place it is no event: some may have been missed. Whoever has read on to older ones keeps them and is told.
    if (!(data as Partial<JournalEntry>).sequence && (pages.items?.length ?? 0) <= pageSize) pages.reload();
    else setFresh((count) => count + 1);
  });
  return (
    <>
      <div className="page-head"><h1 className="grow">Journal</h1></div>
      <div className="row wrap">
        <SearchField label="Types, such as system.*" value={types} onChange={setTypes} />
        {fresh > 0 && <Button isSmall icon="arrow-clockwise" onClick={() => { setFresh(0); pages.reload(); }}>{plural(fresh, 'newer event')}</Button>}
      </div>
      {pages.problem && <ProblemNote problem={pages.problem} />}
      {pages.items && pages.items.length === 0 && <div className="card empty"><p>Nothing of this kind has happened.</p></div>}
      {pages.items && pages.items.length > 0 && (
        <div className="card flush table-scroll" tabIndex={0} role="region" aria-label="Events">
          <table>
            <thead><tr><th className="number">No.</th><th>Event</th><th>Source</th><th>When</th><th>Data</th></tr></thead>
            <tbody>{pages.items.map((entry) => (
              <tr key={entry.sequence}>
                <td className="number quiet">{entry.sequence}</td><td><code>{entry.eventType}</code></td><td><Badge>{entry.source}</Badge></td><td><Ago at={entry.timestamp} /></td>
                <td><details><summary className="small cut" style={{ maxWidth: 320 }}>{JSON.stringify(entry.data)}</summary><pre className="stack-text" tabIndex={0}>{JSON.stringify(entry.data, null, 2)}</pre></details></td>
              </tr>
            ))}</tbody>
          </table>
        </div>
      )}
      {pages.hasMore && <Button onClick={() => void pages.more()}>Older</Button>}
    </>
  );
}
