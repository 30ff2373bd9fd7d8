import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { beforeEach, test } from 'node:test';
import { load } from '../testing/load.mjs';
import { answers, asked } from '../testing/react.mjs';

const { registerPlugin } = await load('../src/ui/index.tsx', { 'react/jsx-runtime': 'react.mjs', '@forgeportal/plugin-sdk/react': 'react.mjs' });
const { forgeportal } = JSON.parse(readFileSync(new URL('../forgeportal-plugin.json', import.meta.url), 'utf8'));

const registered = { tabs: [], cards: [], routes: [] };
registerPlugin({
  registerEntityTab: (tab) => registered.tabs.push(tab),
  registerEntityCard: (card) => registered.cards.push(card),
  registerRoute: (route) => registered.routes.push(route),
});

const path = '/api/v1/plugins/oncall/teams/core';
const shift = { person: { name: 'Ada', email: 'ada@example.org' }, startsAt: '2026-11-21T08:00:00Z', endsAt: '2026-11-21T16:00:00Z' };
const entity = { name: 'shop', annotations: { 'oncall.patchbay.dev/team': 'core' } };
const came = (data) => ({ isPending: false, isError: false, error: null, data: { data } });

/** The text a person would read. */
function textOf(node) {
  if (node === null || node === undefined || typeof node === 'boolean') return '';
  if (Array.isArray(node)) return node.map(textOf).join(' ');
  return typeof node === 'object' ? textOf(node.props.children) : String(node);
}

beforeEach(() => {
  answers.clear();
  asked.length = 0;
});

test('what it registers is what the manifest says', () => {
  const { entityTabs, entityCards, routes } = forgeportal.capabilities.ui;
  assert.deepEqual([registered.tabs.map(({ id }) => id), registered.cards.map(({ id }) => id), registered.routes.map((route) => route.path)], [entityTabs, entityCards, routes]);
});

test('the tab shows who is on call, who comes next, and the gap', () => {
  answers.set(path, came({ team: 'core', now: [shift], next: [{ ...shift, person: { name: 'Ben', email: 'b@example.org' } }], gap: { startsAt: shift.endsAt, endsAt: '2026-11-22T08:00:00Z' } }));
  const text = textOf(registered.tabs[0].component({ entity }));
  for (const part of ['Ada', 'Ben', 'Nobody is on call from']) assert.ok(text.includes(part), text);
  assert.deepEqual(asked.map((query) => query.path), [path]);
});

test('it says that nobody is there, that it is asking, that it failed, and why', () => {
  const { component } = registered.tabs[0];
  answers.set(path, came({ team: 'core', now: [], next: [], gap: null }));
  assert.match(textOf(component({ entity })), /Nobody is on call\./);
  answers.delete(path);
  assert.match(textOf(component({ entity })), /Asking for the rota/);
  answers.set(path, { isPending: false, isError: true, error: new Error('502'), data: undefined });
  assert.match(textOf(component({ entity })), /cannot be shown.*502/);
});

test('an entity without a team is told how to name one; its card stays away and asks nothing', () => {
  for (const annotations of [undefined, {}]) {
    assert.match(textOf(registered.tabs[0].component({ entity: { name: 'shop', annotations } })), /oncall\.patchbay\.dev\/team\s+to\s+shop/);
    assert.equal(registered.cards[0].component({ entity: { name: 'shop', annotations } }), null);
  }
  assert.ok(asked.every(({ options }) => options.enabled === false));
});

test('the card shows who is on call now', () => {
  answers.set(path, came({ team: 'core', now: [shift], next: [], gap: null }));
  assert.match(textOf(registered.cards[0].component({ entity })), /Ada/);
});

test('the page shows every team, or that there is none', () => {
  const { component } = registered.routes[0];
  answers.set('/api/v1/plugins/oncall/teams', came([{ id: 'core', name: 'Core' }, { id: 'web', name: 'Web' }]));
  answers.set(path, came({ team: 'core', now: [shift], next: [], gap: null }));
  const text = textOf(component());
  for (const part of ['Core', 'Ada', 'Web', 'Asking']) assert.ok(text.includes(part), text);
  answers.set('/api/v1/plugins/oncall/teams', came([]));
  assert.match(textOf(component()), /knows no teams/);
});
