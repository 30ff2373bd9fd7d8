import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

/** The plugin as a module, with a hub that keeps state in a map. */
async function load(kept = new Map(), settings = { welcome: 'Hello.' }) {
  globalThis.__hub = {
    config: { get: (key, fallback) => settings[key] ?? fallback },
    state: { get: async (key, fallback) => kept.get(key) ?? fallback, set: async (key, value) => void kept.set(key, structuredClone(value)) },
  };
  const entry = new URL('../src/index.ts', import.meta.url).pathname;
  const code = execFileSync('esbuild', [entry, '--format=esm', '--log-level=warning'], { encoding: 'utf8' })
    .replace(/import \{([^}]*)\} from "@patchbay\/plugin";/, 'const {$1} = globalThis.__hub;');
  return import(`data:text/javascript,${encodeURIComponent(code)}#${Math.random()}`);
}

const ada = { name: 'Ada', organisation: 'acme' };

test('an entry is in the name of whoever asks, and the newest stands first', async () => {
  const { routes } = await load();
  await routes.sign({ body: { text: ' first ' }, user: ada });
  const made = await routes.sign({ body: { text: 'second', name: 'Mallory' }, user: { name: 'Bob', organisation: 'acme' } });
  assert.equal(made.status, 201);
  const { body } = await routes.entries({ body: null, user: ada });
  assert.deepEqual(body.entries.map(({ name, text }) => [name, text]), [['Bob', 'second'], ['Ada', 'first']]);
  assert.equal(body.welcome, 'Hello.');
});

test('each organisation has a book of its own', async () => {
  const { routes } = await load();
  await routes.sign({ body: { text: 'ours' }, user: ada });
  const { body } = await routes.entries({ body: null, user: { name: 'Eve', organisation: 'other' } });
  assert.deepEqual(body.entries, []);
});

for (const [name, body] of [['nothing', null], ['no text', {}], ['blanks', { text: '  ' }], ['a number', { text: 3 }], ['too much', { text: 'x'.repeat(281) }]]) {
  test(`${name} is refused with a reason`, async () => {
    const { routes } = await load();
    const answer = await routes.sign({ body, user: ada });
    assert.equal(answer.status, 422);
    assert.match(answer.body.message, /\w/);
  });
}

test('the hundredth entry but one makes room', async () => {
  const { routes } = await load();
  for (let count = 0; count < 103; count += 1) await routes.sign({ body: { text: `${count}` }, user: ada });
  const { body } = await routes.entries({ body: null, user: ada });
  assert.equal(body.entries.length, 100);
  assert.equal(body.entries[0].text, '102');
});
