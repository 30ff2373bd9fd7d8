import { Boundary } from '../shell/boundary';
import { Link, match, useRouter } from '../shell/router';
import { Empty } from '../ui/basics';
import { AuditPage } from './audit/audit';
import { BanksPage } from './banks/banks';
import { DecisionPage } from './decisions/decision';
import { DecisionsPage } from './decisions/decisions';
import { FramePage } from './frame/frame';
import { IntegrationsPage } from './integrations/integrations';
import { UserPage } from './item-users/user';
import { UsersPage } from './item-users/users';
import { ItemTypesPage } from './item-types/item-types';
import { ItemPage } from './items/item';
import { ItemsPage } from './items/items';
import { JournalPage } from './journal/journal';
import { OverviewPage } from './overview/overview';
import { PluginPage } from './plugin/plugin';
import { PluginsPage } from './plugins/plugins';
import { PoliciesPage } from './policies/policies';
import { ReviewPage } from './review/job';
import { QueuePage } from './review/queue';
import { QueuesPage } from './review/queues';
import { RoutingPage } from './review/routing';
import { RoutingRulePage } from './review/routing-rule';
import { RuleActionsPage } from './rule-actions/rule-actions';
import { RulePage } from './rules/rule';
import { RulesPage } from './rules/rules';
import { SettingsPage } from './settings/settings';
import { SignalsPage } from './signals/signals';
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
  ['/rules', () => <RulesPage />],
  ['/rules/:id', ({ id }) => <RulePage id={id ?? ''} part="" />],
  ['/rules/:id/:part', ({ id, part }) => <RulePage id={id ?? ''} part={part ?? ''} />],
  ['/signals', () => <SignalsPage />],
  ['/decisions', () => <DecisionsPage />],
  ['/decisions/:id', ({ id }) => <DecisionPage id={id ?? ''} />],
  ['/items', () => <ItemsPage />],
  ['/items/:sequence', ({ sequence }) => <ItemPage sequence={sequence ?? ''} />],
  ['/item-users', () => <UsersPage />],
  ['/item-users/:type/:id', ({ type, id }) => <UserPage type={type ?? ''} id={id ?? ''} />],
  ['/item-types', () => <ItemTypesPage />],
  ['/banks', () => <BanksPage />],
  ['/policies', () => <PoliciesPage />],
  ['/rule-actions', () => <RuleActionsPage />],
  ['/reviews', () => <QueuesPage />],
  ['/reviews/:id', ({ id }) => <QueuePage id={id ?? ''} />],
  ['/reviews/:queue/:id', ({ queue, id }) => <ReviewPage queue={queue ?? ''} id={id ?? ''} />],
  ['/routing', () => <RoutingPage />],
  ['/routing/:id', ({ id }) => <RoutingRulePage id={id ?? ''} />],
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
