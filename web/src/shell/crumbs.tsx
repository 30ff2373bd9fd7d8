import { useEffect, useRef, useSyncExternalStore } from 'react';
import { isPage } from '../pages/pages';
import { Icon } from '../ui/basics';
import { Link, useRouter } from './router';

const crumbNames: Record<string, string> = {
  plugins: 'Plugins', integrations: 'Integrations', store: 'Store', journal: 'Journal', audit: 'Audit log', settings: 'Settings', pages: 'Pages',
  permissions: 'Permissions', configuration: 'Configuration', activity: 'Activity', versions: 'Versions', about: 'About', consent: 'Consent',
  rules: 'Rules', new: 'New', 'what-would-change': 'What would change?', days: 'How often', signals: 'Signals', decisions: 'Decisions', items: 'Items', 'item-types': 'Item types', 'item-users': 'Users',
  banks: 'Banks', policies: 'Policies', 'rule-actions': 'Actions', reviews: 'Reviews', routing: 'Routing', install: 'Install', account: 'My account', organisations: 'Organisations', people: 'People', tokens: 'Tokens', keys: 'Keys', machine: 'Machine',
};

// What pages know of the ids in their address: the last name of each, so that a page of the same thing shows it from its first moment.
let known: ReadonlyMap<string, string> = new Map();
const listeners = new Set<() => void>();
const subscribe = (listener: () => void) => { listeners.add(listener); return () => { listeners.delete(listener); }; };
/** Names that are remembered; the oldest go first. */
const knownMax = 200;

/** Has the crumbs and the document's title show a thing's name in place of its id, as soon as the page knows it. */
export function useCrumb(id: string, name: string | undefined) {
  useEffect(() => {
    if (!name || known.get(id) === name) return;
    known = new Map([...known, [id, name] as const].slice(-knownMax));
    listeners.forEach((listener) => listener());
  }, [id, name]);
}

/** Where one is, from the address; also the document's title. */
export function Crumbs() {
  const { location } = useRouter();
  const given = useSyncExternalStore(subscribe, () => known);
  const parts = location.path.split('/').filter(Boolean).map(decodeURIComponent);
  const names = parts.map((part) => crumbNames[part] ?? given.get(part) ?? part);
  const address = (place: number) => `/${parts.slice(0, place + 1).map(encodeURIComponent).join('/')}`;
  const title = names.length > 0 ? `${[...names].reverse().join(' · ')} · Patchbay` : 'Overview · Patchbay';
  const first = useRef(true);
  useEffect(() => {
    // A new page is announced by moving focus to it, but not when the first one opens.
    if (first.current) first.current = false;
    else document.getElementById('page')?.focus({ preventScroll: true });
  }, [location.path]);
  useEffect(() => { document.title = title; }, [title]);
  return (
    <nav aria-label="Where you are" className="grow">
      <ol className="crumbs" style={{ listStyle: 'none', margin: 0, padding: 0 }}>
        {names.length === 0 && <li aria-current="page">Overview</li>}
        {names.map((name, place) => (
          <li key={place} aria-current={place === names.length - 1 ? 'page' : undefined}>
            {place > 0 && <Icon name="chevron-right" />}
            {place === names.length - 1 || !isPage(address(place)) ? <span className="cut">{name}</span> : <Link className="cut" href={address(place)}>{name}</Link>}
          </li>
        ))}
      </ol>
    </nav>
  );
}
