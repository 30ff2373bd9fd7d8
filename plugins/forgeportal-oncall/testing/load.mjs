import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The exports of an entry, from its TypeScript. `as` names files beside this one that stand for modules the hub provides. */
export function load(entry, as = {}) {
  const aliases = Object.entries(as).map(([name, file]) => `--alias:${name}=${here(file)}`);
  const code = execFileSync('esbuild', [here(entry), '--bundle', '--format=esm', '--platform=neutral', '--log-level=warning', ...aliases]);
  return import(`data:text/javascript;base64,${code.toString('base64')}`);
}
