import { useEffect, useId, useRef, useState } from 'react';
import { api } from '../api/client';
import type { PluginPage, SearchHit } from '../api/types';
import { Badge, Icon } from '../ui/basics';
import { useRouter } from './router';

const places: SearchHit[] = [
  { kind: 'page', title: 'Overview', subtitle: 'Health at a glance', url: '/' },
  { kind: 'page', title: 'Plugins', subtitle: 'Everything installed', url: '/plugins' },
  { kind: 'page', title: 'Install a plugin', subtitle: 'From a file, a folder, npm or an address', url: '/plugins?install=1' },
  { kind: 'page', title: 'Integrations', subtitle: 'Signals and their settings', url: '/integrations' },
  { kind: 'page', title: 'Store', subtitle: 'Packages on offer', url: '/store' },
  { kind: 'page', title: 'Rules', subtitle: 'What looks at items', url: '/rules' },
  { kind: 'page', title: 'Build a rule', subtitle: 'Conditions, actions, a test', url: '/rules/new' },
  { kind: 'page', title: 'Decisions', subtitle: 'What rules said, and why', url: '/decisions' },
  { kind: 'page', title: 'Items', subtitle: 'What was submitted', url: '/items' },
  { kind: 'page', title: 'Submit an item', subtitle: 'By hand', url: '/items?submit=1' },
  { kind: 'page', title: 'Signals', subtitle: 'What conditions can ask', url: '/signals' },
  { kind: 'page', title: 'Item types', subtitle: 'Fields of what is submitted', url: '/item-types' },
  { kind: 'page', title: 'Users', subtitle: 'Whom items come from: strikes, scores', url: '/item-users' },
  { kind: 'page', title: 'Banks', subtitle: 'Texts, places, image hashes', url: '/banks' },
  { kind: 'page', title: 'Policies', subtitle: 'What rules are for', url: '/policies' },
  { kind: 'page', title: 'Actions of rules', subtitle: 'Webhooks, journal events, reviews', url: '/rule-actions' },
  { kind: 'page', title: 'Reviews', subtitle: 'Items that people look at', url: '/reviews' },
  { kind: 'page', title: 'Routing', subtitle: 'Which queue a review comes to', url: '/routing' },
  { kind: 'page', title: 'Journal', subtitle: 'Events', url: '/journal' },
  { kind: 'page', title: 'Audit log', subtitle: 'Who did what', url: '/audit' },
  { kind: 'setting', title: 'My account', subtitle: 'Password, sessions', url: '/settings/account' },
  { kind: 'setting', title: 'Tokens', subtitle: 'For programs', url: '/settings/tokens' },
  { kind: 'setting', title: 'Organisations', subtitle: 'Groups and members', url: '/settings/organisations' },
  { kind: 'setting', title: 'People', subtitle: 'Who can sign in', url: '/settings/people' },
  { kind: 'setting', title: 'Keys', subtitle: 'The vault', url: '/settings/keys' },
  { kind: 'setting', title: 'Machine', subtitle: 'Sandbox, database', url: '/settings/machine' },
];

/** Finds anything by typing. Arrow keys choose, Enter goes, Esc closes. */
export function Palette({ pages, onClose }: { pages: PluginPage[]; onClose: () => void }) {
  const { go } = useRouter();
  const box = useRef<HTMLDialogElement>(null);
  const list = useId();
  const [text, setText] = useState('');
  const [found, setFound] = useState<SearchHit[]>([]);
  const [place, setPlace] = useState(0);

  useEffect(() => {
    const dialog = box.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  useEffect(() => {
    setPlace(0);
    const stop = new AbortController();
    const timer = window.setTimeout(() => {
      api.get<SearchHit[]>(`/search?q=${encodeURIComponent(text)}`, stop.signal).then(setFound, () => undefined);
    }, 80);
    return () => {
      window.clearTimeout(timer);
      stop.abort();
    };
  }, [text]);

  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const own = [...places, ...pages.map((page) => ({
    kind: 'page', title: page.title, subtitle: page.plugin, url: `/pages/${encodeURIComponent(page.plugin)}/${encodeURIComponent(page.id)}`,
  }))].filter((hit) => words.every((word) => `${hit.title} ${hit.subtitle ?? ''}`.toLowerCase().includes(word)));
  const hits = [...found.filter((hit) => !own.some((one) => one.url === hit.url)), ...own].slice(0, 40);
  const pick = (hit: SearchHit | undefined) => {
    if (!hit) return;
    onClose();
    go(hit.url);
  };

  return (
    <dialog ref={box} className="palette" aria-label="Find anything" onCancel={(event) => { event.preventDefault(); onClose(); }}
      onMouseDown={(event) => { if (event.target === box.current) onClose(); }}>
      <div style={{ padding: 10 }} className="search">
        <input className="input" style={{ paddingLeft: 12 }} autoFocus role="combobox" aria-expanded="true" aria-controls={list} aria-label="Find"
          aria-activedescendant={hits[place] ? `${list}-${place}` : undefined} placeholder="Find a plugin, a page, a setting…" value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'ArrowDown') { event.preventDefault(); setPlace(Math.min(place + 1, hits.length - 1)); }
            if (event.key === 'ArrowUp') { event.preventDefault(); setPlace(Math.max(place - 1, 0)); }
            if (event.key === 'Enter') { event.preventDefault(); pick(hits[place]); }
          }} />
      </div>
      <ul className="palette-list" id={list} role="listbox" aria-label="Found">
        {hits.map((hit, index) => (
          <li key={`${hit.kind}${hit.url}`} id={`${list}-${index}`} className="palette-item" role="option" aria-selected={index === place}
            ref={(element) => { if (index === place) element?.scrollIntoView({ block: 'nearest' }); }}
            onMouseMove={() => setPlace(index)} onClick={() => pick(hit)}>
            <Icon name={hit.kind === 'plugin' ? 'plug' : hit.kind === 'setting' ? 'gear' : hit.kind === 'user' ? 'person' : hit.kind === 'rule' ? 'funnel' : 'window'} />
            <span className="grow cut">{hit.title} <span className="quiet small">{hit.subtitle}</span></span>
            <Badge>{hit.kind}</Badge>
          </li>
        ))}
        {hits.length === 0 && <li className="quiet" role="presentation" style={{ padding: 12 }}>Nothing is called “{text}”.</li>}
      </ul>
    </dialog>
  );
}
