import { useEffect, useRef } from 'react';
import { Link } from '../shell/router';

/** Parts of a page, each with an address. On a narrow window they scroll, and the one that is shown is brought into view. */
export function Tabs({ label, here, tabs }: { label: string; here: string; tabs: { key: string; label: string; href: string }[] }) {
  const row = useRef<HTMLElement>(null);
  useEffect(() => { void row.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' }); }, [here]);
  return (
    <nav ref={row} className="tabs" aria-label={label}>
      {tabs.map((tab) => <Link key={tab.key} className="tab" href={tab.href} aria-current={tab.key === here ? 'page' : undefined}>{tab.label}</Link>)}
    </nav>
  );
}
