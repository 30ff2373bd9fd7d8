import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from '../testing/load.mjs';

const as = { react: 'react' };
const [{ default: SightingsTab }, { default: LastSightingCard }, { default: SeasonPage }] = await Promise.all(
  ['SightingsTab', 'LastSightingCard', 'SeasonPage'].map((name) => load(`../ui/${name}.tsx`, as)),
);

const entity = { name: 'the weir', title: 'The weir' };
const sightings = {
  since: '2026-03-01T00:00:00.000Z', notes: 2, species: [{ name: 'Turdus iliacus', notes: 2, most: 60 }],
  last: { at: '2026-11-21T07:00:00Z', title: 'Redwings', observer: null },
};

/** What a component shows at first, and what it shows when its question has been answered. */
async function shown(Component, props, answer) {
  const asked = [];
  const api = async (path) => { asked.push(path); return answer(); };
  const screen = (globalThis.fieldNotesScreen = { states: [], effects: [] });
  const draw = () => { screen.next = 0; return textOf(Component({ ...props, api })); };
  const first = draw();
  screen.effects.splice(0).forEach((effect) => effect());
  await new Promise(setImmediate);
  return { first, then: draw(), asked };
}

function textOf(node) {
  if (node === null || node === undefined || typeof node === 'boolean') return '';
  if (Array.isArray(node)) return node.map(textOf).join(' ');
  return typeof node === 'object' ? textOf(node.props.children) : String(node);
}

test('the tab asks for its place and shows the species', async () => {
  const { first, then, asked } = await shown(SightingsTab, { entity }, () => sightings);
  assert.match(first, /Leafing/);
  assert.match(then, /2 +notes.*Turdus iliacus 2 60/);
  assert.deepEqual(asked, ['/sightings?place=the%20weir']);
});

test('the card shows the last note, or that there is none', async () => {
  assert.match((await shown(LastSightingCard, { entity }, () => sightings)).then, /Redwings Somebody/);
  assert.match((await shown(LastSightingCard, { entity }, () => ({ ...sightings, last: null }))).then, /Nothing has been seen/);
});

test('the page asks for all places', async () => {
  const { then, asked } = await shown(SeasonPage, {}, () => ({ ...sightings, species: [] }));
  assert.match(then, /No sightings since/);
  assert.deepEqual(asked, ['/sightings']);
});

test('what fails says why', async () => {
  for (const Component of [SightingsTab, LastSightingCard, SeasonPage]) {
    const { then } = await shown(Component, { entity }, () => { throw new Error('The notebook answered 503.'); });
    assert.match(then, /cannot be shown\. +The notebook answered 503/);
  }
});
