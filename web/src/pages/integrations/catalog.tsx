import { api } from '../../api/client';
import { useResource, useWork } from '../../api/resource';
import type { Integration, SignalCatalog } from '../../api/types';
import { useSession } from '../../shell/session';
import { Ago, Button } from '../../ui/basics';
import { plural } from '../../ui/format';
import { useToast } from '../../ui/overlay';
import { ProblemNote } from '../../ui/problem';

/** The signals an integration made for this organisation, with its settings; and having it make them anew. */
export function CatalogPart({ integration }: { integration: Integration }) {
  const { may } = useSession();
  const tell = useToast();
  const address = `/integrations/${encodeURIComponent(integration.id)}/catalog`;
  const catalog = useResource<SignalCatalog>(may('rule:read') ? address : null);
  const refresh = useWork(async () => {
    const made = await api.post<SignalCatalog>(`${address}/refresh`);
    catalog.reload();
    tell(`${integration.title} made ${plural(made.signals, 'signal')}.`);
  });
  const now = catalog.value;
  if (!may('rule:read')) return null;
  return (
    <section className="stack tight" aria-label={`Signals of its own for this organisation, by ${integration.title}`}>
      <div className="row wrap">
        <span className="grow small">
          <strong>For this organisation: </strong>
          {!now || now.refreshedAt === null ? <span className="quiet">no signals made yet; that happens on first use</span>
            : <>{plural(now.signals, 'signal')}<span className="quiet">, version {now.version}, made <Ago at={now.refreshedAt} /></span></>}
        </span>
        {may('rule:write') && <Button isSmall icon="arrow-clockwise" isBusy={refresh.isBusy} onClick={() => void refresh.run()}>Make anew<span className="visually-hidden"> the signals of {integration.title}</span></Button>}
      </div>
      {now?.entries && now.entries.length > 0 && (
        <details>
          <summary className="small">Which</summary>
          <ul className="stack tight small" style={{ maxHeight: 200, overflow: 'auto' }}>{now.entries.map((one) => <li key={one.type}>{one.name} <code className="quiet">{one.type}</code></li>)}</ul>
        </details>
      )}
      {catalog.problem && <ProblemNote problem={catalog.problem} />}
      {refresh.problem && <ProblemNote problem={refresh.problem} />}
    </section>
  );
}
