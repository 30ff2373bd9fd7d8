import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { desk } from '../testing/hub.mjs';
import { load } from '../testing/load.mjs';

const plugin = await load('../src/index.ts');
const call = { signal: new AbortController().signal };
const weir = { id: 'weir', name: 'The weir', latitude: 48.1374, longitude: 11.5755 };

beforeEach(() => Object.assign(desk, { values: {}, kept: {}, asked: [], answers: [] }));

async function collect(items, countMax = Infinity) {
  const all = [];
  for await (const item of items) {
    all.push(item);
    if (all.length >= countMax) break;
  }
  return all;
}

test('a note is as complete as the questions it answers', () => {
  const cases = [
    ['3 redwings (Turdus iliacus) @ the weir, 07:30', []],
    ['2026-11-21: *Alcedo atthis*, 2×, 48.1374, 11.5755', []],
    ['2026-11-21, 07:30, saw redwings', ['what', 'how many', 'where']],
    ['48.1374, 11.5755', ['what', 'how many', 'when']],
    ['Turdus iliacus, a few', ['what', 'how many', 'where', 'when']],
    ['', ['what', 'how many', 'where', 'when']],
    ['１２ ☂ \u0000', ['what', 'how many', 'where', 'when']],
  ];
  for (const [text, missing] of cases) assert.deepEqual(plugin.signals.completeness({ text }), { score: 1 - missing.length / 4, missing }, text);
});

test('a long text is judged in no time', () => {
  const before = performance.now();
  for (const piece of ['(Aa a', '1', '1:', '-1.11', '@ ', '(Abc abc ']) plugin.signals.completeness({ text: piece.repeat(200_000) });
  assert.ok(performance.now() - before < 2_000);
});

test('the notebook is read page by page, and the next run begins where this one began', async () => {
  desk.answers.push(
    { items: [{ id: '1', text: 'Redwings\nin the hawthorn', at: '2026-11-21T07:30:00Z', place: weir }], next: 'p2', asOf: 't1' },
    { items: [{ id: '2', text: '', at: 't', deleted: true }], asOf: 't2' },
  );
  const [first, gone] = await collect(plugin.connectors.notebook(null, call));
  assert.deepEqual([first.type, first.externalId, first.data.title, first.data.place], ['document', '1', 'Redwings', 'The weir']);
  assert.deepEqual([gone.externalId, gone.deleted, gone.data], ['2', true, {}]);
  assert.deepEqual(desk.asked.map(({ url }) => url.href), ['https://notebook.example.org/v1/notes', 'https://notebook.example.org/v1/notes?cursor=p2']);
  assert.deepEqual(desk.kept, { 'notebook.since': 't1' });

  desk.answers.push({ items: [], asOf: 't3' });
  await collect(plugin.connectors.notebook(null, call));
  assert.equal(desk.asked[2].url.searchParams.get('since'), 't1');
});

test('a run that is cut off, refused or sent in circles moves nothing on', async () => {
  desk.answers.push({ items: [{ id: '1', text: 'a', at: 't' }, { id: '2', text: 'b', at: 't' }], asOf: 't1' });
  assert.equal((await collect(plugin.connectors.notebook(null, call), 1)).length, 1);
  desk.answers.push({ status: 503 });
  await assert.rejects(collect(plugin.connectors.notebook(null, call)), /503/);
  desk.answers.push({ items: [], next: 'p', asOf: 't1' }, { items: [], next: 'p', asOf: 't1' });
  await assert.rejects(collect(plugin.connectors.notebook(null, call)), /same page/);
  assert.deepEqual(desk.kept, {});
});

test('a call of the hotline becomes a message, and an answer goes back', async () => {
  const { 'hotline.receive': receive, 'hotline.send': send } = plugin.channels;
  const delivery = { id: 'c1', caller: '+44', words: 'An otter!', at: '2026-11-21T08:00:00+01:00' };
  assert.deepEqual(receive(delivery), { externalId: 'c1', from: '+44', body: 'An otter!', receivedAt: '2026-11-21T07:00:00.000Z' });
  for (const bad of [null, 'otter', {}, { ...delivery, at: 'soon' }, { ...delivery, id: 1 }]) assert.throws(() => receive(bad), TypeError);
  desk.answers.push({});
  await send({ to: '+44', body: 'Thank you' }, call);
  assert.deepEqual([desk.asked[0].url.host, desk.asked[0].json], ['hotline.example.org', { to: '+44', words: 'Thank you' }]);
  await assert.rejects(send({ to: '+44', body: 'Thank you' }, call), /404/);
});

test('a rule asks for its own species, else for those of the watch list', async () => {
  const event = { data: { id: '1', text: 'An OTTER at dusk', species: [{ name: 'Lutra lutra' }] } };
  const { mentions } = plugin.conditionOperators;
  assert.equal(mentions({ event }), false);
  desk.values.watchlist = ['lutra lutra', ' '];
  assert.equal(mentions({ event }), true);
  assert.equal(mentions({ event, params: { species: ['Alcedo atthis'] } }), false);
  assert.equal(mentions({ event, params: { species: ['otter'] } }), true);
  desk.answers.push({ id: 'a1' });
  await plugin.actionOperators.alert({ event }, call);
  assert.deepEqual(desk.asked[0].json, { note: '1', species: ['lutra lutra'], reason: 'On the watch list' });
});

test('a published note has a blurred place, and says what it leaves out', async () => {
  const note = { id: 'n/1', text: '3 redwings (Turdus iliacus), 07:30', at: '2026-11-21T07:30:00Z', place: weir, observer: 'Ada' };
  const cases = [[undefined, 48.135, 11.575], ['10km', 48.15, 11.55], ['exact', weir.latitude, weir.longitude]];
  for (const [precision, latitude, longitude] of cases) {
    desk.asked.length = 0;
    desk.answers.push(note, { url: 'https://notebook.example.org/p/1' });
    const { warnings } = await plugin.actions.publish({ note: 'n/1', precision }, call);
    assert.deepEqual(warnings, ['The note does not say where.']);
    assert.equal(desk.asked[0].url.pathname, '/v1/notes/n%2F1');
    assert.deepEqual(desk.asked[1].json, { text: note.text, at: note.at, place: { ...weir, latitude, longitude } });
  }
});

test('south and west are blurred into the square they lie in, too', async () => {
  desk.answers.push({ text: '', at: 't', place: { ...weir, latitude: -33.871, longitude: -0.001 } }, { url: 'u' });
  await plugin.actions.publish({ note: '1' }, call);
  assert.deepEqual([desk.asked[1].json.place.latitude, desk.asked[1].json.place.longitude], [-33.875, -0.005]);
});

test('sightings are counted by note, with the most at once', async () => {
  const seen = (id, at, ...species) => ({ id, at, text: `Note ${id}`, species });
  desk.answers.push({
    items: [
      seen('1', '2026-11-20T07:00:00Z', { name: 'Turdus iliacus', count: 60 }),
      seen('2', '2026-11-21T07:00:00Z', { name: 'Turdus iliacus', count: 3 }, { name: 'Alcedo atthis' }),
      { ...seen('3', '2026-11-22T07:00:00Z', { name: 'Lutra lutra' }), deleted: true },
    ],
    asOf: 't1',
  });
  const { status, body } = await plugin.routes.sightings({ query: { place: 'weir' } }, call);
  assert.equal(status, 200);
  assert.deepEqual(body.species, [{ name: 'Turdus iliacus', notes: 2, most: 60 }, { name: 'Alcedo atthis', notes: 1, most: 1 }]);
  assert.deepEqual([body.notes, body.last.title], [2, 'Note 2']);
  assert.equal(desk.asked[0].url.searchParams.get('place'), 'weir');
  assert.equal(desk.asked[0].url.searchParams.get('since'), body.since);
});

test('the season begins this year, or last year before its month has come', () => {
  assert.equal(plugin.seasonStart(new Date('2026-11-21T00:00:00Z'), 3), '2026-03-01T00:00:00.000Z');
  assert.equal(plugin.seasonStart(new Date('2026-02-28T23:59:59Z'), 3), '2025-03-01T00:00:00.000Z');
});

test('places become resources', async () => {
  desk.answers.push({ items: [weir] });
  assert.deepEqual(await collect(plugin.catalogProviders.places(null, call)), [
    { kind: 'resource', namespace: 'places', name: 'weir', title: 'The weir', spec: { type: 'place', latitude: weir.latitude, longitude: weir.longitude } },
  ]);
});
