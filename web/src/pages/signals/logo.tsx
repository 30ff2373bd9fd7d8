import { useState } from 'react';
import type { Signal } from '../../api/types-rules';
import { resolvedTheme } from '../../shell/theme';
import { Icon } from '../../ui/basics';

/** The picture of the integration a signal comes from; the hub's own have a glyph. */
export function SignalLogo({ signal, isLarge }: { signal: Signal; isLarge?: boolean }) {
  const [isBroken, setBroken] = useState(false);
  const { integration } = signal;
  const url = integration && (resolvedTheme() === 'dark' ? integration.logoWithBackground ?? integration.logo : integration.logo ?? integration.logoWithBackground);
  return (
    <span className={`plugin-icon ${isLarge ? 'large' : ''}`} aria-hidden="true">
      {url && !isBroken ? <img src={url} alt="" onError={() => setBroken(true)} /> : integration ? integration.title.slice(0, 1).toUpperCase() : <Icon name="broadcast" />}
    </span>
  );
}
