// What was not saved, kept in this browser tab while one looks elsewhere.

import { chosenOrganisation } from '../../../api/client';
import type { RuleDraft } from '../../../api/types-rules';

interface Kept { rule: RuleDraft; /** The version it began from; none for a new rule. */ version: number | null }

const key = (id: string | null) => `patchbay.rule ${chosenOrganisation()} ${id ?? 'new'}`;

/** Keeps it, or with null forgets it. */
export function keep(id: string | null, kept: Kept | null): void {
  try {
    if (kept) window.sessionStorage.setItem(key(id), JSON.stringify(kept));
    else window.sessionStorage.removeItem(key(id));
  } catch {
    // Without storage, leaving the page loses it, as anywhere.
  }
}

/** What was kept of the rule in this version; of another version it is forgotten. */
export function kept(id: string | null, version: number | null): RuleDraft | null {
  try {
    const found = JSON.parse(window.sessionStorage.getItem(key(id)) ?? 'null') as Kept | null;
    return found && found.version === version ? found.rule : null;
  } catch {
    return null;
  }
}
