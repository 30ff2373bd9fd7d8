import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { load } from '../testing/load.mjs';

const folder = new URL('../', import.meta.url);
const read = (path) => readFileSync(new URL(path, folder), 'utf8');
const manifest = JSON.parse(read('patchbay.json'));
const plugin = await load('../src/index.ts');

/** The lists of `contributions` that need code. */
const inCode = ['signals', 'connectors', 'channels', 'conditionOperators', 'actionOperators', 'actions', 'routes', 'catalogProviders'];

test('there is something of every kind', () => {
  assert.deepEqual(Object.keys(manifest.contributions), [
    'signals', 'connectors', 'channels', 'conditionOperators', 'actionOperators', 'commands', 'views', 'quicklinks', 'actions', 'routes',
    'catalogProviders', 'entityTabs', 'entityCards', 'pages',
  ]);
});

test('each contribution that needs code has a function, and each function a contribution', () => {
  for (const list of inCode) {
    const ids = manifest.contributions[list].map(({ id }) => id);
    const functions = Object.keys(plugin[list]).map((name) => name.split('.')[0]);
    assert.deepEqual([...new Set(functions)], ids, list);
  }
});

test('each file that is named is there', () => {
  const { contributions, icon, logos, screenshots, entry } = manifest;
  const drawn = [...contributions.entityTabs, ...contributions.entityCards, ...contributions.pages];
  const files = [entry, icon, ...Object.values(logos), ...screenshots.map(({ image }) => image), ...contributions.views.map(({ page }) => page), ...drawn.map(({ source }) => source)];
  for (const file of files) assert.ok(existsSync(new URL(file, folder)), file);
});

test('each permission has a reason, and each host of the code a permission', () => {
  for (const { permission, reason } of manifest.permissions) assert.ok(reason.length > 20, permission);
  const asked = new Set(manifest.permissions.map(({ permission }) => permission));
  for (const [, host] of (read('src/notebook.ts') + read('src/hotline.ts')).matchAll(/'https:\/\/([^/']+)/g)) assert.ok(asked.has(`network:outbound:${host}`), host);
  for (const { secretUse } of manifest.configuration.filter(({ secret }) => secret)) {
    for (const host of secretUse.hosts) assert.ok(asked.has(`network:outbound:${host}`), host);
  }
});

test('the code asks for no secret, and for no value the form does not have', () => {
  const fields = new Map(manifest.configuration.map((field) => [field.key, field]));
  const asked = [...read('src/index.ts').matchAll(/config\.get\('(\w+)'/g)].map(([, key]) => key);
  assert.ok(asked.length > 0);
  for (const key of asked) assert.ok(fields.has(key) && !fields.get(key).secret, key);
});

test('both languages have every text that people read', () => {
  const texts = ['name', 'description'];
  manifest.screenshots.forEach((_, index) => texts.push(`screenshots.${index}.title`));
  manifest.permissions.forEach((_, index) => texts.push(`permissions.${index}.reason`));
  for (const { key, help, options = [] } of manifest.configuration) {
    texts.push(`configuration.${key}.label`, ...(help ? [`configuration.${key}.help`] : []), ...options.map((_, index) => `configuration.${key}.options.${index}.label`));
  }
  for (const [list, items] of Object.entries(manifest.contributions)) {
    for (const item of items) for (const text of ['title', 'description', 'group', 'navigationLabel']) if (text in item) texts.push(`contributions.${list}.${item.id}.${text}`);
  }
  assert.deepEqual(Object.keys(manifest.localisation), ['de', 'fr']);
  for (const [language, translated] of Object.entries(manifest.localisation)) assert.deepEqual(Object.keys(translated).sort(), [...texts].sort(), language);
});

test('the page for composing finds its elements, names its controls and loads nothing from elsewhere', () => {
  const html = read('views/compose/index.html');
  const script = read('views/compose/page.mjs');
  for (const [, id] of script.matchAll(/getElementById\('([^']+)'\)/g)) assert.ok(html.includes(` id="${id}"`), id);
  for (const [, id] of html.matchAll(/<(?:textarea|progress)[^>]* id="([^"]+)"/g)) assert.ok(html.includes(`<label for="${id}">`), id);
  assert.doesNotMatch(html + script, /https?:/);
});
