import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, beforeEach, test } from 'node:test';
import { load } from '../testing/load.mjs';

const { registerBackendPlugin } = await load('../src/backend/index.ts');
const { forgeportal } = JSON.parse(readFileSync(new URL('../forgeportal-plugin.json', import.meta.url), 'utf8'));

const HOUR = 3_600_000;
const ada = { name: 'Ada', email: 'ada@example.org' };
const asked = [];
let answer;

// The rota service: what it is asked is written down, what it answers is set by each test.
const service = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => { body += chunk; });
  request.on('end', () => {
    asked.push({ method: request.method, url: request.url, token: request.headers.authorization, body: body && JSON.parse(body) });
    const { status = 200, json } = answer;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json ?? {}));
  });
});
await new Promise((listening) => service.listen(0, '127.0.0.1', listening));
after(() => { service.close(); service.closeAllConnections(); });
beforeEach(() => { asked.length = 0; });

const baseUrl = `http://127.0.0.1:${service.address().port}/`;
const values = { baseUrl, apiToken: 't1', daysAhead: 2 };
const config = { get: (key) => values[key] };

/** What the plugin registers, kept. */
const registered = { actions: {}, providers: [], routes: {} };
registerBackendPlugin({
  config,
  logger: { info() {}, warn() {}, error() {} },
  registerActionProvider: (action) => { registered.actions[`${action.id}@${action.version}`] = action; },
  registerCatalogProvider: (provider) => { registered.providers.push(provider); },
  registerBackendRoute: ({ path, handler }) => handler({ get: (route, work) => { registered.routes[`/api/v1/plugins/oncall${path}`.replace(/\/$/, '') + route] = work; } }),
});

async function get(route, params = {}) {
  const sent = { status: 200 };
  const reply = { status: (status) => { sent.status = status; return reply; }, send: (body) => { sent.body = body; return reply; } };
  const logged = [];
  await registered.routes[route]({ params, log: { error: (_, message) => logged.push(message) } }, reply);
  return { ...sent, logged };
}

function run(name, input) {
  const lines = [];
  return registered.actions[name].handler({ log: (level, message) => lines.push([level, message]) }, input).then((result) => ({ ...result, lines }));
}

test('what it registers is what the manifest says', () => {
  const { routes, actionProviders, catalogProviders } = forgeportal.capabilities.backend;
  assert.deepEqual(Object.keys(registered.actions), actionProviders);
  assert.deepEqual(registered.providers.map(({ id }) => id), catalogProviders);
  for (const route of Object.keys(registered.routes)) assert.ok(routes.some((prefix) => route.startsWith(`${prefix}/`)), route);
});

test('a team’s rota is asked for with the token and told with its gap', async () => {
  const now = Date.now();
  const shift = { person: ada, startsAt: new Date(now - HOUR).toISOString(), endsAt: new Date(now + HOUR).toISOString() };
  answer = { json: [shift] };
  const { status, body } = await get('/api/v1/plugins/oncall/teams/:team', { team: 'core/eu' });
  assert.equal(status, 200);
  assert.deepEqual([body.data.now, body.data.next, body.data.gap.startsAt], [[shift], [], shift.endsAt]);
  const url = new URL(asked[0].url, baseUrl);
  assert.deepEqual([asked[0].method, url.pathname, asked[0].token], ['GET', '/api/teams/core%2Feu/shifts', 'Bearer t1']);
  assert.equal(Date.parse(url.searchParams.get('until')) - Date.parse(url.searchParams.get('from')), 48 * HOUR);
});

test('an unknown team is not found, and a broken service is a bad gateway', async () => {
  for (const [theirs, ours] of [[404, 404], [500, 502], [401, 502]]) {
    answer = { status: theirs };
    const { status, body, logged } = await get('/api/v1/plugins/oncall/teams');
    assert.equal(status, ours);
    assert.match(body.message, new RegExp(String(theirs)));
    assert.equal(logged.length, 1);
  }
});

test('a page reaches whoever is on call, and says so when that is nobody', async () => {
  const page = { id: 'p1', url: 'https://rota.example.org/pages/p1' };
  answer = { json: { ...page, reached: [ada] } };
  const reached = await run('oncall.page@v1', { team: 'core', summary: 'It is down' });
  assert.deepEqual([reached.status, reached.outputs, reached.warnings], ['success', { pageId: 'p1', reached: ['Ada'] }, undefined]);
  assert.deepEqual(reached.links, [{ title: 'The page', url: page.url }]);
  assert.deepEqual(asked[0].body, { summary: 'It is down', urgency: 'high' });
  assert.deepEqual(reached.lines, [['info', 'Paged Ada of core.']]);

  answer = { json: { ...page, reached: [] } };
  assert.match((await run('oncall.page@v1', { team: 'core', summary: 'It is down', urgency: 'low' })).warnings[0], /Nobody/);
  assert.equal(asked[1].body.urgency, 'low');
});

test('an action that the service refuses has failed with a code', async () => {
  answer = { status: 404 };
  assert.equal((await run('oncall.page@v1', { team: 'none', summary: 'x' })).error.code, 'oncall.no-such-team');
  answer = { status: 503 };
  assert.equal((await run('oncall.page@v1', { team: 'core', summary: 'x' })).error.code, 'oncall.service');
});

test('a shift is covered, unless it would end before it begins', async () => {
  const times = { startsAt: '2026-11-21T18:00:00Z', endsAt: '2026-11-21T20:00:00Z' };
  answer = { json: { person: ada, ...times } };
  const covered = await run('oncall.cover@v1', { team: 'core', email: ada.email, ...times });
  assert.deepEqual([covered.status, covered.outputs], ['success', { person: 'Ada' }]);
  assert.deepEqual(asked[0].body, { email: ada.email, ...times });
  for (const wrong of [{ startsAt: times.endsAt, endsAt: times.startsAt }, { startsAt: 'soon', endsAt: 'later' }]) {
    assert.equal((await run('oncall.cover@v1', { team: 'core', email: ada.email, ...wrong })).error.code, 'oncall.times');
  }
  assert.equal(asked.length, 1);
});

test('teams become groups of the catalog', async () => {
  answer = { json: [{ id: 'core', name: 'Core' }, { id: 'web', name: 'Web', description: 'The site' }] };
  const drafts = [];
  for await (const draft of registered.providers[0].ingest({ config })) drafts.push(draft);
  assert.deepEqual(drafts.map(({ kind, name, title, annotations }) => [kind, name, title, Object.values(annotations)]), [
    ['group', 'core', 'Core', ['core']], ['group', 'web', 'Web', ['web']],
  ]);
  assert.equal(drafts[0].links[0].url, `${baseUrl}teams/core`);
});

test('every required input has a description in the schema, and secrets stay out of it', () => {
  for (const { schema } of Object.values(registered.actions)) {
    for (const key of schema.input.required) assert.ok(schema.input.properties[key].title, key);
    assert.ok(!('apiToken' in schema.input.properties));
  }
});
