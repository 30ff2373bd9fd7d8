import { Link } from '../../shell/router';
import { useSession } from '../../shell/session';
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
      <nav className="tabs" aria-label="Settings">
        {parts.filter(([, , needs]) => !needs || may(needs)).map(([key, label]) => (
          <Link key={key} className="tab" href={`/settings/${key}`} aria-current={key === here ? 'page' : undefined}>{label}</Link>
        ))}
      </nav>
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
