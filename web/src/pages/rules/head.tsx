import type { ReactNode } from 'react';
import { Tabs } from '../../ui/tabs';

/** The places that belong to rules, each with an address of its own. */
export const rulePlaces: [string, string, string][] = [
  ['rules', 'Rules', '/rules'], ['decisions', 'Decisions', '/decisions'], ['items', 'Items', '/items'], ['item-users', 'Users', '/item-users'], ['signals', 'Signals', '/signals'],
  ['item-types', 'Item types', '/item-types'], ['banks', 'Banks', '/banks'], ['policies', 'Policies', '/policies'], ['rule-actions', 'Actions', '/rule-actions'],
  ['reviews', 'Reviews', '/reviews'], ['routing', 'Routing', '/routing'],
];

export function RulesHead({ here, title, about, children }: { here: string; title: string; about?: ReactNode; children?: ReactNode }) {
  return (
    <>
      <div className="page-head">
        <div className="grow stack tight"><h1>{title}</h1>{about && <p className="quiet">{about}</p>}</div>
        {children}
      </div>
      <Tabs label="Rules and what belongs to them" here={here} tabs={rulePlaces.map(([key, label, href]) => ({ key, label, href }))} />
    </>
  );
}
