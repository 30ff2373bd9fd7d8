import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The plugin's exports, from its TypeScript. The SDK that the hub provides is the one beside this file. */
export function load(entry) {
  const sdk = `--alias:@made-open/plugin-sdk=${here('plugin-sdk.mjs')}`;
  const code = execFileSync('esbuild', [here(entry), '--bundle', '--format=esm', '--platform=neutral', '--log-level=warning', sdk]);
  return import(`data:text/javascript;base64,${code.toString('base64')}`);
}

/** A context that lends only what a test names. Anything else a plugin reaches for is an error with its name. */
export function contextOf(members) {
  return new Proxy(members, {
    get(target, name) {
      if (!(name in target)) throw new TypeError(`The plugin uses context.${String(name)}, which this test does not lend it.`);
      return target[name];
    },
  });
}
