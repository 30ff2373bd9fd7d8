import type { UIPluginSDK } from '@forgeportal/plugin-sdk';
import { OnCallCard } from './OnCallCard';
import { OnCallPage } from './OnCallPage';
import { OnCallTab } from './OnCallTab';

/** What somebody is on call for. */
const kinds = ['service', 'website', 'api', 'group'];

export function registerPlugin(sdk: UIPluginSDK): void {
  sdk.registerEntityTab({ id: 'oncall', title: 'On call', component: OnCallTab, appliesTo: { kinds } });
  sdk.registerEntityCard({ id: 'oncall-now', title: 'On call', component: OnCallCard, appliesTo: { kinds } });
  sdk.registerRoute({ path: '/oncall', component: OnCallPage, navLabel: 'On call', icon: 'phone' });
}
