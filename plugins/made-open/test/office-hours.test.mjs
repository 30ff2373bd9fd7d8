import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { contextOf, load } from '../testing/load.mjs';

const folder = '../operators/office-hours/';
const { plugin } = await load(`${folder}src/index.ts`);
const manifest = JSON.parse(readFileSync(new URL(`${folder}plugin.json`, import.meta.url), 'utf8'));
const [closed, fileReminder] = plugin.operators;

const config = { opensAt: 8.5, closesAt: 17, utcOffset: 1 };
const eventAt = (timestamp) => ({ event: { eventId: 'e1', eventType: 'communication.MessageReceived', timestamp, data: { from: 'Ada', body: 'Are you in?' } } });

test('there is one condition and one action', () => {
  assert.equal(plugin.id, manifest.id);
  assert.deepEqual(plugin.operators.map((operator) => ['evaluate' in operator, 'execute' in operator]), [[true, false], [false, true]]);
});

test('it is closed before half past eight, from five on, and at the weekend', async () => {
  const cases = [
    // 2026-11-20 is a Friday; the office is an hour ahead of UTC.
    ['2026-11-20T07:29:59Z', {}, true], ['2026-11-20T07:30:00Z', {}, false], ['2026-11-20T15:59:59Z', {}, false], ['2026-11-20T16:00:00Z', {}, true],
    ['2026-11-21T10:00:00Z', {}, true], ['2026-11-21T10:00:00Z', { days: [6] }, false], ['2026-11-22T10:00:00Z', { days: [7] }, false],
    ['2026-11-20T10:00:00Z', { days: [] }, true], ['1965-03-05T10:00:00Z', {}, false],
  ];
  for (const [timestamp, params, expected] of cases) assert.equal(await closed.evaluate(params, eventAt(timestamp), contextOf({ config })), expected, timestamp);
});

test('a reminder is due when the office next opens, and is the same when tried again', async () => {
  const cases = [
    ['2026-11-20T05:00:00Z', '2026-11-20T07:30:00.000Z'], ['2026-11-20T18:00:00Z', '2026-11-23T07:30:00.000Z'],
    ['2026-11-22T23:30:00Z', '2026-11-23T07:30:00.000Z'], ['2026-11-20T10:00:00Z', '2026-11-20T10:00:00.000Z'],
  ];
  for (const [timestamp, due] of cases) {
    const stored = [];
    const context = contextOf({ config, data: { upsert: async (table, item) => { stored.push([table, item]); } } });
    for (const _ of [1, 2]) assert.deepEqual(await fileReminder.execute({}, eventAt(timestamp), context), { document: 'office-hours:e1', due });
    assert.deepEqual(stored[0], stored[1]);
    assert.deepEqual(stored[0], ['documents', { id: 'office-hours:e1', title: 'Answer Ada', body: 'Are you in?', due, about: 'e1' }]);
    assert.ok(manifest.permissions.data.includes(`write:${stored[0][0]}`));
  }
});

test('hours that make no sense are named', async () => {
  for (const wrong of [{ opensAt: 17, closesAt: 8 }, { opensAt: -1, closesAt: 8 }, { opensAt: 8, closesAt: 25 }, { opensAt: 'early', closesAt: 8 }]) {
    await assert.rejects(closed.evaluate({}, eventAt('2026-11-20T10:00:00Z'), contextOf({ config: wrong })), /are none/);
  }
  await assert.rejects(closed.evaluate({}, eventAt('2026-11-20T10:00:00Z'), contextOf({ config: { closesAt: 8 } })), /opensAt/);
  await assert.rejects(fileReminder.execute({ days: [] }, eventAt('2026-11-20T10:00:00Z'), contextOf({ config })), /never opens/);
});
