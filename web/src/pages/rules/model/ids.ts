/** An id from a name: small letters, digits and dashes, unlike those that are taken. */
export function idFrom(name: string, taken: string[]): string {
  const plain = name.normalize('NFKD').replace(/[\u0300-\u036f]/g, '').toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 60) || 'unnamed';
  for (let count = 1; ; count += 1) {
    const id = count === 1 ? plain : `${plain}-${count}`;
    if (!taken.includes(id)) return id;
  }
}

/** The header that keeps somebody else's newer version from being written over; for something new, none. */
export function revisionOf(known: { revision: number } | null): Record<string, string> | undefined {
  return known === null ? undefined : { 'if-match': `"${known.revision}"` };
}
