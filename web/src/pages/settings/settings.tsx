import { useSession } from '../../shell/session';
import { Tabs } from '../../ui/tabs';
import { AccountPart } from './account';
import { KeysPart } from './keys';
import { MachinePart } from './machine';
import { OrganisationsPart } from './organisations';
import { PeoplePart } from './people';
import { TokensPart } from './tokens';

const parts: [string, string, string | null][] = [
  ['account', 'My account', null], ['tokens', 'Tokens', null], ['organisations', 'Organisations', 'organisation:members'], ['people', 'People', 'admin:users'],
  ['keys', 'Keys', 'admin:settings'], ['machine', 'Machine', 'admin:settings'],
];

export function SettingsPage({ part }: { part: string }) {
  const { may } = useSession();
  const here = part || 'account';
  const isAllowed = parts.some(([key, , needs]) => key === here && (!needs || may(needs)));
  return (
    <>
      <h1>Settings</h1>
      <Tabs label="Settings" here={here}
        tabs={parts.filter(([, , needs]) => !needs || may(needs)).map(([key, label]) => ({ key, label, href: `/settings/${key}` }))} />
      {!isAllowed && <div className="card empty"><p>These settings are for administrators of this hub.</p></div>}
      {isAllowed && here === 'account' && <AccountPart />}
      {isAllowed && here === 'tokens' && <TokensPart />}
      {isAllowed && here === 'organisations' && <OrganisationsPart />}
      {isAllowed && here === 'people' && <PeoplePart />}
      {isAllowed && here === 'keys' && <KeysPart />}
      {isAllowed && here === 'machine' && <MachinePart />}
    </>
  );
}
