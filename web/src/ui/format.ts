// Numbers and moments as people read them.

const units = ['B', 'kB', 'MB', 'GB', 'TB'];

/** `1.9 MB`: powers of 1000, three digits. */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(value >= 9.995 ? 1 : 2)} ${units[unit]}`;
}

/** `3 ms`, `1.2 s`, `4 min`. */
export function milliseconds(count: number): string {
  if (count === 0) return '0 ms';
  if (count < 1) return `${count.toFixed(2)} ms`;
  if (count < 1000) return `${count < 10 ? count.toFixed(1) : Math.round(count)} ms`;
  if (count < 60_000) return `${(count / 1000).toFixed(1)} s`;
  return `${Math.round(count / 60_000)} min`;
}

export function number(count: number): string {
  return count.toLocaleString('en');
}

/** `1 file`, `3 files`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}

/** `4 min ago`, `in 2 h`, `just now`; dates beyond a month. */
export function relative(moment: string, now = Date.now()): string {
  const seconds = Math.round((now - Date.parse(moment)) / 1000);
  if (Number.isNaN(seconds)) return moment;
  const size = Math.abs(seconds);
  if (size < 10) return 'just now';
  const text =
    size < 60 ? `${size} s`
      : size < 3600 ? `${Math.floor(size / 60)} min`
        : size < 86_400 ? `${Math.floor(size / 3600)} h`
          : size < 2_592_000 ? plural(Math.floor(size / 86_400), 'day')
            : null;
  if (text === null) return new Date(moment).toLocaleDateString('en', { year: 'numeric', month: 'short', day: 'numeric' });
  return seconds >= 0 ? `${text} ago` : `in ${text}`;
}

const kindNames: Record<string, [string, string]> = {
  signal: ['signal', 'signals'], connector: ['connector', 'connectors'], channel: ['channel', 'channels'],
  conditionOperator: ['condition operator', 'condition operators'], actionOperator: ['action operator', 'action operators'],
  command: ['command', 'commands'], view: ['view', 'views'], quicklink: ['quicklink', 'quicklinks'], action: ['action', 'actions'],
  route: ['route', 'routes'], catalogProvider: ['catalog provider', 'catalog providers'], entityTab: ['tab', 'tabs'],
  entityCard: ['card', 'cards'], page: ['page', 'pages'],
};

export function kindName(kind: string, count = 1): string {
  const names = kindNames[kind] ?? [kind, `${kind}s`];
  return count === 1 ? names[0] : names[1];
}

/** `2 signals, 1 page`. */
export function contributions(counts: Record<string, number>): string {
  const parts = Object.entries(counts).map(([kind, count]) => `${count} ${kindName(kind, count)}`);
  return parts.length === 0 ? 'functions to call' : parts.join(', ');
}

export const formatNames: Record<string, string> = {
  patchbay: 'Patchbay', coop: 'Coop', coco: 'Coco AI', 'made-open': 'Made Open', forgeportal: 'ForgePortal',
};
