import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The exports of a TypeScript file. `as` names files beside this one that stand for modules the hub provides. */
export function load(entry, as = { '@patchbay/plugin': 'hub.mjs' }) {
  const aliases = Object.entries(as).map(([name, file]) => `--alias:${name}=${here(file)}`);
  const code = execFileSync('esbuild', [here(entry), '--bundle', '--format=esm', '--platform=neutral', '--log-level=warning', ...aliases]);
  return import(`data:text/javascript;base64,${code.toString('base64')}`);
}
