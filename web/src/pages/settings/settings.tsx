import { useSession } from '../../shell/session';
import { Link } from '../../shell/router';
import { Empty } from '../../ui/basics';
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
  const isKnown = parts.some(([key]) => key === here);
  const isAllowed = parts.some(([key, , needs]) => key === here && (!needs || may(needs)));
  return (
    <>
      <h1>Settings</h1>
      <Tabs label="Settings" here={here}
        tabs={parts.filter(([, , needs]) => !needs || may(needs)).map(([key, label]) => ({ key, label, href: `/settings/${key}` }))} />
      {!isKnown && (
        <Empty icon="question-circle" title="There are no such settings" action={<Link className="button" href="/settings">To my account</Link>}>
          The address <code style={{ overflowWrap: 'anywhere' }}>/settings/{here}</code> leads nowhere.
        </Empty>
      )}
      {isKnown && !isAllowed && <div className="card empty"><p>These settings are for administrators of this hub.</p></div>}
      {isAllowed && here === 'account' && <AccountPart />}
      {isAllowed && here === 'tokens' && <TokensPart />}
      {isAllowed && here === 'organisations' && <OrganisationsPart />}
      {isAllowed && here === 'people' && <PeoplePart />}
      {isAllowed && here === 'keys' && <KeysPart />}
      {isAllowed && here === 'machine' && <MachinePart />}
    </>
  );
}
