import { Boundary } from '../shell/boundary';
import { Link, match, useRouter } from '../shell/router';
import { Empty } from '../ui/basics';
import { AuditPage } from './audit/audit';
import { FramePage } from './frame/frame';
import { IntegrationsPage } from './integrations/integrations';
import { JournalPage } from './journal/journal';
import { OverviewPage } from './overview/overview';
import { PluginPage } from './plugin/plugin';
import { PluginsPage } from './plugins/plugins';
import { SettingsPage } from './settings/settings';
import { StorePage } from './store/store';

type Page = (parts: Record<string, string>) => JSX.Element;

/** Every address of the interface. */
const table: [string, Page][] = [
  ['/', () => <OverviewPage />],
  ['/setup', () => <OverviewPage />],
  ['/plugins', () => <PluginsPage />],
  ['/plugins/:id', ({ id }) => <PluginPage id={id ?? ''} part="" />],
  ['/plugins/:id/:part', ({ id, part }) => <PluginPage id={id ?? ''} part={part ?? ''} />],
  ['/integrations', () => <IntegrationsPage />],
  ['/store', () => <StorePage />],
  ['/journal', () => <JournalPage />],
  ['/audit', () => <AuditPage />],
  ['/settings', () => <SettingsPage part="" />],
  ['/settings/:part', ({ part }) => <SettingsPage part={part ?? ''} />],
  ['/pages/:plugin/:id', ({ plugin, id }) => <FramePage plugin={plugin ?? ''} id={id ?? ''} />],
];

/** Whether there is a page at this address; what it shows may still be gone. */
export function isPage(path: string): boolean {
  return table.some(([pattern]) => match(pattern, path) !== null);
}

export function Pages() {
  const { location } = useRouter();
  for (const [pattern, page] of table) {
    const parts = match(pattern, location.path);
    if (parts) return <Boundary name={location.path}>{page(parts)}</Boundary>;
  }
  return (
    <Empty icon="question-circle" title="There is nothing here" level="h1" action={<Link className="button primary" href="/">To the overview</Link>}>
      The address <code style={{ overflowWrap: 'anywhere' }}>{location.path}</code> leads nowhere. Look whether it was copied whole, or press <kbd>Ctrl K</kbd> and type what you look for.
    </Empty>
  );
}
