import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { contrast, formatColour, levels, nearest, parseColour, shown, verdicts } from '../patchbay/contrast/contrast.mjs';

const page = new URL('../patchbay/contrast/', import.meta.url);
const read = (name) => readFileSync(new URL(name, page), 'utf8');

test('colours are read in the ways people write them', () => {
  const cases = [
    ['#fff', [255, 255, 255]], ['2D5D7B', [45, 93, 123]], [' #2d5d7b ', [45, 93, 123]], ['rgb(45, 93, 123)', [45, 93, 123]], ['RGB(0 0 0)', [0, 0, 0]],
    ['', null], ['#ff', null], ['#2d5d7b80', null], ['rgb(256, 0, 0)', null], ['rgb(1, 2)', null], ['red', null],
  ];
  for (const [text, colour] of cases) assert.deepEqual(parseColour(text), colour, text);
  assert.equal(formatColour([0, 10, 255]), '#000aff');
});

test('the ratio is the one of WCAG, whichever colour comes first', () => {
  const cases = [['#000', '#fff', '21.00'], ['#fff', '#fff', '1.00'], ['#777', '#fff', '4.47'], ['#767676', '#fff', '4.54'], ['#f00', '#fff', '3.99'], ['#00f', '#fff', '8.59']];
  for (const [one, other, ratio] of cases) {
    assert.equal(shown(contrast(parseColour(one), parseColour(other))), ratio, `${one} on ${other}`);
    assert.equal(shown(contrast(parseColour(other), parseColour(one))), ratio, `${other} on ${one}`);
  }
});

test('a ratio just below a level fails it and is not rounded up to it', () => {
  assert.equal(shown(4.4999), '4.49');
  assert.deepEqual(verdicts(4.4999).filter(({ passes }) => passes).map(({ id }) => id), ['large-aa', 'parts-aa']);
  assert.equal(verdicts(4.5).filter(({ passes }) => passes).length, 4);
  assert.equal(verdicts(21).length, levels.length);
});

test('the nearest colour reaches the level, and one step less would not', () => {
  for (const [text, background] of [['#999', '#fff'], ['#2d5d7b', '#1a1a1a'], ['#f00', '#0f0'], ['#777', '#777']]) {
    const found = nearest(parseColour(text), parseColour(background), 4.5);
    assert.ok(contrast(found, parseColour(background)) >= 4.5, `${text} on ${background}`);
    assert.ok(contrast(found, parseColour(background)) < 4.8, `${formatColour(found)} is farther away than it need be`);
  }
  assert.deepEqual(nearest([0, 0, 0], [255, 255, 255], 4.5), [0, 0, 0]);
  assert.equal(nearest([119, 119, 119], [119, 119, 119], 7), null);
});

test("the page's own colours can be read, in light and in dark", () => {
  const schemes = [...read('index.html').matchAll(/--ground: (#\w+); --ink: (#\w+); --quiet: (#\w+); --line: (#\w+); --accent: (#\w+); --good: (#\w+); --bad: (#\w+)/g)];
  assert.equal(schemes.length, 2);
  for (const [, ground, ink, quiet, line, accent, good, bad] of schemes) {
    const on = (colour) => contrast(parseColour(colour), parseColour(ground));
    for (const text of [ink, quiet, accent, good, bad]) assert.ok(on(text) >= 4.5, `${text} on ${ground}: ${shown(on(text))}`);
    assert.ok(on(line) >= 3, `${line} on ${ground}: ${shown(on(line))}`);
  }
});

test('the page has each element its script looks for, a name for each control, and nothing from elsewhere', () => {
  const html = read('index.html');
  const ids = new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
  const wanted = [...read('page.mjs').matchAll(/find\('([^']+)'\)/g)].map(([, id]) => id);
  for (const id of [...wanted, 'text', 'background', 'text-picker', 'background-picker', 'text-error', 'background-error']) assert.ok(ids.has(id), id);
  for (const [control] of html.matchAll(/<(?:input|textarea)[^>]*>/g)) {
    const id = / id="([^"]+)"/.exec(control)[1];
    assert.ok(control.includes('aria-label=') || html.includes(`<label for="${id}">`), control);
  }
  assert.doesNotMatch(html + read('page.mjs'), /https?:/);
});
