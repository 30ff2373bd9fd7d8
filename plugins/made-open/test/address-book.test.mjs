import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { contextOf, load } from '../testing/load.mjs';

const folder = '../connectors/address-book/';
const { plugin } = await load(`${folder}index.ts`);
const manifest = JSON.parse(readFileSync(new URL(`${folder}plugin.json`, import.meta.url), 'utf8'));

/** Answers requests from a list; an Error in it is thrown. */
function book(answers, { config = { apiKey: 'k1' }, kept = {} } = {}) {
  const asked = [];
  const context = contextOf({
    config,
    logger: { info() {} },
    state: { get: async (key) => kept[key], set: async (key, value) => { kept[key] = value; } },
    http: {
      async get(url, headers) {
        asked.push({ url: new URL(url), headers });
        const answer = answers.shift();
        if (answer instanceof Error) throw answer;
        return answer;
      },
    },
  });
  return { asked, context, kept };
}

async function collect(items) {
  const all = [];
  for await (const item of items) all.push(item);
  return all;
}

test('its id and its hosts are those of the manifest', async () => {
  const { asked, context } = book([{ items: [], asOf: 't1' }]);
  await collect(plugin.sync(context));
  assert.equal(plugin.id, manifest.id);
  assert.ok(manifest.permissions.includes(`network:outbound:${asked[0].url.host}`));
});

test('two pages, whose first fails twice, are four requests and three people', async () => {
  const { asked, context, kept } = book([
    new Error('503'), new Error('503'),
    { items: [{ id: 'a', givenName: 'Ada' }, { id: 'b', givenName: 'Ben' }], nextCursor: 'c2', asOf: 't1' },
    { items: [{ id: 'c', givenName: 'Cleo' }], asOf: 't2' },
  ], { config: { apiKey: 'k1', pageSize: 2 } });
  const before = performance.now();
  const people = await collect(plugin.sync(context));
  assert.ok(performance.now() - before >= 295);
  assert.deepEqual(people.map(({ externalId, data }) => [externalId, data.name]), [['a', 'Ada'], ['b', 'Ben'], ['c', 'Cleo']]);
  assert.equal(asked.length, 4);
  assert.deepEqual(asked.map(({ url }) => url.search), ['?limit=2', '?limit=2', '?limit=2', '?cursor=c2&limit=2']);
  assert.equal(asked[0].headers.authorization, 'Bearer k1');
  assert.equal(kept.since, 't1', 'the next run begins where this one began');
});

test('the next run asks for what has changed since', async () => {
  const { asked, context, kept } = book([{ items: [{ id: 'a', deleted: true }], asOf: 't9' }], { kept: { since: 't1' } });
  const [gone] = await collect(plugin.sync(context));
  assert.equal(asked[0].url.searchParams.get('since'), 't1');
  assert.deepEqual([gone.externalId, gone.deleted], ['a', true]);
  assert.equal(kept.since, 't9');
});

test('a run that is cut off, or fails, moves nothing on', async () => {
  const cut = book([{ items: [{ id: 'a' }, { id: 'b' }], asOf: 't5' }], { kept: { since: 't1' } });
  for await (const person of plugin.sync(cut.context)) if (person.externalId === 'a') break;
  assert.equal(cut.kept.since, 't1');

  const failing = book([{ items: [{ id: 'a' }], nextCursor: 'c2', asOf: 't5' }, ...Array.from({ length: 3 }, () => new Error('gone'))]);
  await assert.rejects(collect(plugin.sync(failing.context)), /gone/);
  assert.equal(failing.kept.since, undefined);
});

test('without a key nothing is asked', async () => {
  const { asked, context } = book([], { config: {} });
  await assert.rejects(collect(plugin.sync(context)), /apiKey/);
  assert.equal(asked.length, 0);
});

test('a contact becomes a person in the hub’s words', () => {
  // Called on its own, as the hub may: `this` is nothing here.
  const { mapToUnifiedModel } = plugin;
  const raw = {
    id: '7', givenName: ' Ada', familyName: 'Lovelace ', emails: [{ address: 'old@example.org' }, { address: 'Ada@Example.org', primary: true }, { address: 'ada@example.org' }],
    phones: ['0044 20 7946 0000', '+44 (20) 7946-0000', '020 ext. 4', ''], labels: ['friends', 'friends'], birthday: '1815-12-10',
  };
  assert.deepEqual(mapToUnifiedModel(raw), {
    type: 'person',
    externalId: '7',
    data: {
      name: 'Ada Lovelace', emails: ['ada@example.org', 'old@example.org'], phones: ['+442079460000', '020 ext. 4'], tags: ['friends'],
      birthday: '1815-12-10', notes: null, organisation: null,
    },
    raw,
  });
});

test('whoever left the name out still has one', () => {
  const cases = [
    [{ id: '1', organisation: 'Acme', emails: [{ address: 'x@example.org' }] }, 'Acme'],
    [{ id: '2', givenName: ' ', emails: [{ address: 'x@example.org' }] }, 'x@example.org'],
    [{ id: '3' }, '3'],
  ];
  for (const [contact, name] of cases) assert.equal(plugin.mapToUnifiedModel(contact).data.name, name);
});
