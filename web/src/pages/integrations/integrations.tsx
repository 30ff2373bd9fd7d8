import { useState } from 'react';
import { useEvents } from '../../api/events';
import { useResource } from '../../api/resource';
import type { Integration } from '../../api/types';
import { Link } from '../../shell/router';
import { useSession } from '../../shell/session';
import { Badge, Button, Empty, Icon } from '../../ui/basics';
import { ModelCardView } from '../../ui/model-card';
import { Dialog } from '../../ui/overlay';
import { Loaded } from '../../ui/problem';
import { resolvedTheme } from '../../shell/theme';
import { CatalogPart } from './catalog';
import { ContextPart } from './context';

/** What judges: every integration with its signals, its model card and whether it is ready. */
export function IntegrationsPage() {
  const { may } = useSession();
  const list = useResource<Integration[]>('/integrations');
  useEvents('plugins', () => list.reload());
  return (
    <>
      <div className="page-head"><div className="grow stack tight"><h1>Integrations</h1><p className="quiet">Plugins whose signals judge content in rules.</p></div></div>
      <Loaded from={list}>
        {(items) => items.length === 0 ? (
          <Empty icon="puzzle" title="No integrations yet" action={may('admin:plugins') ? <Link className="button primary" href="/plugins?install=1">Install one</Link> : undefined}>
            An integration adds signals, such as a score for toxicity. Packages of Coop load as they are.
          </Empty>
        ) : <div className="columns">{items.map((item) => <Card key={item.id} item={item} />)}</div>}
      </Loaded>
    </>
  );
}

function Card({ item }: { item: Integration }) {
  const [isOpen, setOpen] = useState(false);
  const logo = resolvedTheme() === 'dark' ? item.logoWithBackground ?? item.logo : item.logo ?? item.logoWithBackground;
  return (
    <section className="card stack" aria-labelledby={`integration-${item.id}`}>
      <div className="row top-aligned">
        <span className="plugin-icon large">{logo ? <img src={logo} alt="" /> : item.name.slice(0, 1)}</span>
        <div className="grow">
          <h2 id={`integration-${item.id}`}><Link href={`/plugins/${encodeURIComponent(item.id)}`}>{item.title}</Link></h2>
          <span className="quiet small">{item.name}</span>
        </div>
        {item.requiresConfig && (item.isConfigured ? <Badge look="good">configured</Badge> : <Badge look="warn">needs configuration</Badge>)}
      </div>
      <ul className="stack tight">
        {item.signals.map((signal) => (
          <li key={signal.id}>
            <span className={`sign ${signal.disabled ? 'warn' : 'good'}`} aria-hidden="true">{signal.disabled ? '◐' : '●'}</span> {signal.title}
            {signal.disabled && <span className="quiet small"> {signal.disabledReason ?? 'cannot be used now'}</span>}
            {signal.description && <div className="quiet small" style={{ paddingLeft: 24 }}>{signal.description}</div>}
          </li>
        ))}
      </ul>
      {item.hasContext && <ContextPart integration={item} />}
      {item.hasCatalog && <CatalogPart integration={item} />}
      <div className="row wrap">
        <Link className="button small" href={`/plugins/${encodeURIComponent(item.id)}/configuration`}>Configure<span className="visually-hidden"> {item.title}</span></Link>
        {item.modelCard && <Button isSmall icon="card-text" onClick={() => setOpen(true)}>Model card</Button>}
        {item.docsUrl && <a className="button small" href={item.docsUrl} target="_blank" rel="noreferrer noopener">Guide <Icon name="box-arrow-up-right" /></a>}
      </div>
      {isOpen && item.modelCard && (
        <Dialog title={`Model card of ${item.title}`} onClose={() => setOpen(false)} foot={<Button onClick={() => setOpen(false)}>Close</Button>}>
          <ModelCardView card={item.modelCard} />
        </Dialog>
      )}
    </section>
  );
}
