// Runs inside a plugin's frame, on the plugin's own origin, before the plugin's page: speaks with the hub's interface around it, and gives
// the page `window.patchbay`. Nothing here is a wall: the walls are the origin, the frame's sandbox, its policy, and the token's scope.

interface Hello { plugin: string; page: string; theme: 'light' | 'dark'; tokens: Record<string, string> }

const hub = document.querySelector<HTMLMetaElement>('meta[name="patchbay-hub"]')?.content ?? '';
const entry = document.querySelector<HTMLMetaElement>('meta[name="patchbay-entry"]')?.content ?? '';
const listeners = new Set<(hello: Hello) => void>();
const waiting = new Set<(token: string) => void>();
let hello: Hello | null = null;
let token: { text: string; expiresAt: number } | null = null;

function tell(message: Record<string, unknown>): void {
  window.parent.postMessage({ patchbay: 1, ...message }, hub);
}

function freshToken(): Promise<string> {
  if (token && token.expiresAt - Date.now() > 15_000) return Promise.resolve(token.text);
  return new Promise((resolve, reject) => {
    const timer = window.setTimeout(() => reject(new Error('The hub gave no token within 10 s.')), 10_000);
    waiting.add((text) => {
      window.clearTimeout(timer);
      resolve(text);
    });
    tell({ kind: 'token' });
  });
}

window.addEventListener('message', (event) => {
  if (event.origin !== hub || event.source !== window.parent) return;
  const message = event.data as { patchbay?: number; kind?: string; token?: string; expiresAt?: string } & Partial<Hello>;
  if (message?.patchbay !== 1) return;
  if (message.kind === 'hello' && message.tokens && message.theme) {
    hello = { plugin: message.plugin ?? '', page: message.page ?? '', theme: message.theme, tokens: message.tokens };
    const root = document.documentElement;
    root.dataset['theme'] = message.theme;
    root.style.colorScheme = message.theme;
    // The same ground as the frame's, so that a page's own colours stand on what they were chosen for.
    root.style.background = 'var(--pb-surface)';
    for (const [name, value] of Object.entries(message.tokens)) if (name.startsWith('--pb-')) root.style.setProperty(name, value);
    for (const listener of listeners) listener(hello);
  } else if (message.kind === 'token' && message.token && message.expiresAt) {
    token = { text: message.token, expiresAt: Date.parse(message.expiresAt) };
    for (const resolve of waiting) resolve(token.text);
    waiting.clear();
  }
});

const patchbay = Object.freeze({
  /** What the hub said first: plugin, page, theme, tokens; null until then. */
  get context() { return hello; },
  /** Calls one of the plugin's own routes; the path begins with `/`. The same as `fetch` otherwise. */
  async call(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${await freshToken()}`);
    return fetch(`/routes${path.startsWith('/') ? path : `/${path}`}`, { ...init, headers, credentials: 'omit' });
  },
  /** A word in the corner of the interface. */
  toast: (text: string) => tell({ kind: 'toast', text }),
  /** Goes to another page of this plugin, or to its settings. */
  navigate: (path: string) => tell({ kind: 'navigate', path }),
  /** Called with the theme now and whenever it changes; gives the way to stop. */
  onTheme(listener: (hello: Hello) => void): () => void {
    listeners.add(listener);
    if (hello) listener(hello);
    return () => listeners.delete(listener);
  },
});
Object.defineProperty(window, 'patchbay', { value: patchbay, writable: false, configurable: false });

window.addEventListener('error', (event) => tell({ kind: 'failed', message: event.message }));
window.addEventListener('unhandledrejection', (event) => tell({ kind: 'failed', message: String((event.reason as Error)?.message ?? event.reason) }));

let last = 0;
new ResizeObserver(() => {
  const pixels = Math.ceil(document.documentElement.getBoundingClientRect().height);
  if (pixels === last) return;
  last = pixels;
  tell({ kind: 'height', pixels });
}).observe(document.documentElement);

tell({ kind: 'ready' });
import(entry).then(
  (module: { default?: (root: HTMLElement, hub: typeof patchbay) => unknown }) => {
    const root = document.getElementById('page');
    if (root && typeof module.default === 'function') return module.default(root, patchbay);
    return undefined;
  }).catch((error: unknown) => tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }));
