import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type { Overview, PluginPage } from '../api/types';
import { useResource } from '../api/resource';
import { useEvents } from '../api/events';
import { rulePlaces } from '../pages/rules/head';
import { Badge, Button, Icon } from '../ui/basics';
import { Menu } from '../ui/overlay';
import { KeysHelp } from './keys';
import { Palette } from './palette';
import { Link, useRouter } from './router';
import { useSession } from './session';
import { useTheme } from './theme';
import type { ThemeChoice } from './theme';

interface Place {
  href: string;
  label: string;
  icon: string;
  needs?: string;
  count?: number;
  /** Other addresses that belong to it. */
  also?: string[];
}

/** The frame around every page: places on the left, where one is at the top. */
export function Shell({ children }: { children: ReactNode }) {
  const { location } = useRouter();
  const { may } = useSession();
  const [isOpen, setOpen] = useState(false);
  const [above, setAbove] = useState<'palette' | 'keys' | null>(null);
  const overview = useResource<Overview>('/overview');
  const pages = useResource<PluginPage[]>('/pages');
  useEvents('overview', () => overview.reload());
  useEvents('plugins', () => pages.reload());
  useEffect(() => setOpen(false), [location.path]);
  useEffect(() => {
    const keys = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        setAbove('palette');
      } else if (event.key === '?' && !isTyping(event.target)) {
        setAbove('keys');
      } else if (event.key === '/' && !isTyping(event.target)) {
        const search = document.querySelector<HTMLInputElement>('[data-list-search]');
        if (search) {
          event.preventDefault();
          search.focus();
        }
      } else if (event.key === 'Escape') {
        setOpen(false);
      }
    };
    window.addEventListener('keydown', keys);
    return () => window.removeEventListener('keydown', keys);
  }, []);

  const places: Place[] = [
    { href: '/', label: 'Overview', icon: 'speedometer2' },
    { href: '/plugins', label: 'Plugins', icon: 'plug', count: overview.value?.plugins.needsYou },
    { href: '/integrations', label: 'Integrations', icon: 'puzzle' },
    { href: '/store', label: 'Store', icon: 'shop', needs: 'admin:plugins' },
    { href: '/rules', label: 'Rules', icon: 'funnel', needs: 'rule:read', also: rulePlaces.map(([, , href]) => href) },
  ];
  const after: Place[] = [
    { href: '/journal', label: 'Journal', icon: 'journal-text', needs: 'journal:read' },
    { href: '/audit', label: 'Audit log', icon: 'shield-check', needs: 'audit:read' },
    { href: '/settings', label: 'Settings', icon: 'gear' },
  ];
  const contributed = (pages.value ?? []).map<Place>((page) => ({
    href: `/pages/${encodeURIComponent(page.plugin)}/${encodeURIComponent(page.id)}`, label: page.navigationLabel ?? page.title, icon: 'window',
  }));
  const visible = (place: Place) => !place.needs || may(place.needs);

  return (
    <div className="shell">
      <a className="skip" href="#page">Skip to the page</a>
      <nav className="side" data-open={isOpen} aria-label="Places">
        <Link className="brand" href="/"><Mark />Patchbay</Link>
        {places.filter(visible).map((place) => <SideLink key={place.href} place={place} path={location.path} />)}
        {contributed.length > 0 && <hr className="side-rule" />}
        {contributed.map((place) => <SideLink key={place.href} place={place} path={location.path} />)}
        <hr className="side-rule" />
        {after.filter(visible).map((place) => <SideLink key={place.href} place={place} path={location.path} />)}
      </nav>
      <div className="main">
        <Top onMenu={() => setOpen(!isOpen)} isMenuOpen={isOpen} onPalette={() => setAbove('palette')} onKeys={() => setAbove('keys')} />
        <main id="page" className="page" tabIndex={-1}>{children}</main>
      </div>
      {above === 'palette' && <Palette pages={pages.value ?? []} onClose={() => setAbove(null)} />}
      {above === 'keys' && <KeysHelp onClose={() => setAbove(null)} />}
    </div>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));
}

export function Mark() {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true">
      <rect width="16" height="16" rx="3.5" fill="var(--pb-accent)" />
      <circle cx="4.8" cy="4.8" r="1.7" fill="var(--pb-accent-text)" />
      <circle cx="11.2" cy="11.2" r="1.7" fill="var(--pb-accent-text)" />
      <path d="M4.8 4.8c0 6.4 6.4 0 6.4 6.4" stroke="var(--pb-accent-text)" strokeWidth="1.1" fill="none" />
    </svg>
  );
}

function SideLink({ place, path }: { place: Place; path: string }) {
  const isHere = place.href === '/' ? path === '/' : [place.href, ...(place.also ?? [])].some((href) => path === href || path.startsWith(`${href}/`));
  return (
    <Link className="side-link" href={place.href} aria-current={isHere ? 'page' : undefined}>
      <Icon name={place.icon} /><span className="cut">{place.label}</span>
      {place.count ? <span className="count"><Badge look="warn" title={`${place.count} need you`}>{place.count}<span className="visually-hidden"> need you</span></Badge></span> : null}
    </Link>
  );
}

function Top({ onMenu, isMenuOpen, onPalette, onKeys }: { onMenu: () => void; isMenuOpen: boolean; onPalette: () => void; onKeys: () => void }) {
  const { session, signOut, choose } = useSession();
  const [theme, setTheme] = useTheme();
  const themes: { choice: ThemeChoice; label: string; icon: string }[] = [
    { choice: 'system', label: 'Like the system', icon: 'circle-half' }, { choice: 'light', label: 'Light', icon: 'sun' },
    { choice: 'dark', label: 'Dark', icon: 'moon' },
  ];
  const current = session?.organisations.find((one) => one.slug === session.organisation);
  return (
    <header className="top">
      <Button look="plain" icon="list" aria-label="Places" aria-expanded={isMenuOpen} className="only-narrow" onClick={onMenu} />
      <Crumbs />
      <Button isSmall icon="search" onClick={onPalette} aria-label="Find anything" aria-keyshortcuts="Control+K">
        <span className="only-wide">Find</span> <kbd className="only-wide">Ctrl K</kbd>
      </Button>
      <Menu look="plain" icon={themes.find((one) => one.choice === theme)?.icon ?? 'circle-half'} label="Theme"
        entries={themes.map((one) => ({ label: one.label, icon: one.icon, onPick: () => setTheme(one.choice) }))} />
      {session && session.organisations.length > 0 && (
        <Menu look="plain" icon="building" label="Organisation" entries={session.organisations.map((one) => ({
          label: one.name, icon: one.slug === session.organisation ? 'check-lg' : 'building', onPick: () => choose(one.slug),
        }))}><span className="only-wide">{current?.name ?? 'Organisation'}</span><span className="visually-hidden">, choose organisation</span></Menu>
      )}
      <Menu look="plain" icon="person" label={`Account of ${session?.user.name ?? ''}`} entries={[
        { label: 'My account', icon: 'person', href: '/settings/account' },
        { label: 'Keys', icon: 'keyboard', onPick: onKeys },
        { label: 'Sign out', icon: 'box-arrow-right', onPick: () => void signOut() },
      ]} />
    </header>
  );
}

const crumbNames: Record<string, string> = {
  plugins: 'Plugins', integrations: 'Integrations', store: 'Store', journal: 'Journal', audit: 'Audit log', settings: 'Settings', pages: 'Pages',
  permissions: 'Permissions', configuration: 'Configuration', activity: 'Activity', versions: 'Versions', about: 'About', consent: 'Consent',
  rules: 'Rules', new: 'New', 'what-would-change': 'What would change?', signals: 'Signals', decisions: 'Decisions', items: 'Items', 'item-types': 'Item types',
  banks: 'Banks', policies: 'Policies', 'rule-actions': 'Actions', reviews: 'Reviews', routing: 'Routing', install: 'Install', account: 'My account', organisations: 'Organisations', people: 'People', tokens: 'Tokens', keys: 'Keys', machine: 'Machine',
};

/** Where one is, from the address; also the document's title. */
function Crumbs() {
  const { location } = useRouter();
  const parts = location.path.split('/').filter(Boolean).map(decodeURIComponent);
  const names = parts.map((part) => crumbNames[part] ?? part);
  const title = names.length > 0 ? `${[...names].reverse().join(' · ')} · Patchbay` : 'Overview · Patchbay';
  const first = useRef(true);
  useEffect(() => {
    document.title = title;
    // A new page is announced by moving focus to it, but not when the first one opens.
    if (first.current) first.current = false;
    else document.getElementById('page')?.focus({ preventScroll: true });
  }, [location.path, title]);
  return (
    <nav aria-label="Where you are" className="grow">
      <ol className="crumbs" style={{ listStyle: 'none', margin: 0, padding: 0 }}>
        {names.length === 0 && <li aria-current="page">Overview</li>}
        {names.map((name, place) => (
          <li key={place} aria-current={place === names.length - 1 ? 'page' : undefined}>
            {place > 0 && <Icon name="chevron-right" />}
            {place === names.length - 1 || parts[place] === 'pages' ? <span className="cut">{name}</span>
              : <Link className="cut" href={`/${parts.slice(0, place + 1).map(encodeURIComponent).join('/')}`}>{name}</Link>}
          </li>
        ))}
      </ol>
    </nav>
  );
}
