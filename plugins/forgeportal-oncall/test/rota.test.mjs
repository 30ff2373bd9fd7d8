import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from '../testing/load.mjs';

const { firstGap, following, onCallAt, rotaOf } = await load('../src/rota.ts');

const at = (hour) => new Date(Date.UTC(2026, 10, 21, hour));
const shift = (name, from, until) => ({ person: { name, email: `${name.toLowerCase()}@example.org` }, startsAt: at(from).toISOString(), endsAt: at(until).toISOString() });
const names = (shifts) => shifts.map(({ person }) => person.name);
const day = [shift('Ben', 8, 16), shift('Ada', 0, 8), shift('Cleo', 15, 24)];

test('whoever begins is on call, whoever ends is not', () => {
  assert.deepEqual(names(onCallAt(day, at(0))), ['Ada']);
  assert.deepEqual(names(onCallAt(day, at(8))), ['Ben']);
  assert.deepEqual(names(onCallAt(day, at(15))), ['Ben', 'Cleo']);
  assert.deepEqual(names(onCallAt(day, at(24))), []);
  assert.deepEqual(names(following(day, at(0))), ['Ben', 'Cleo']);
  assert.deepEqual(names(following(day, at(-1), 2)), ['Ada', 'Ben']);
});

test('the first gap is found wherever it lies', () => {
  const gapOf = (shifts, from, until) => {
    const gap = firstGap(shifts, at(from), at(until));
    return gap && [gap.startsAt, gap.endsAt].map((moment) => (Date.parse(moment) - at(0)) / 3_600_000);
  };
  assert.equal(gapOf(day, 0, 24), null);
  assert.deepEqual(gapOf(day, -2, 24), [-2, 0]);
  assert.deepEqual(gapOf(day, 0, 30), [24, 30]);
  assert.deepEqual(gapOf([shift('Ada', 0, 8), shift('Ben', 10, 16)], 0, 16), [8, 10]);
  assert.deepEqual(gapOf([shift('Ada', 0, 8), shift('Ben', 10, 16)], 0, 9), [8, 9]);
  // A long shift that holds a short one, and shifts that are over.
  assert.equal(gapOf([shift('Ada', 0, 16), shift('Ben', 2, 4)], 0, 16), null);
  assert.equal(gapOf([shift('Ada', -9, -8), ...day], 0, 24), null);
  assert.deepEqual(gapOf([], 0, 1), [0, 1]);
});

test('a rota says who is there, who comes, and when nobody is', () => {
  const rota = rotaOf('core', day, at(9), at(30));
  assert.deepEqual([rota.team, names(rota.now), names(rota.next)], ['core', ['Ben'], ['Cleo']]);
  assert.equal(rota.gap.startsAt, at(24).toISOString());
});
