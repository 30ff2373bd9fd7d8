import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

const developer = new URL('../patchbay/', import.meta.url);
const manifest = (name) => JSON.parse(readFileSync(new URL(`${name}/plugin.json`, developer), 'utf8'));
const desk = manifest('desk');
const here = { linux: 'linux', darwin: 'macos', win32: 'windows' }[process.platform];
const isFor = (item, platform) => (item.platforms ?? desk.platforms).includes(platform);

test('every picture that is named is there', () => {
  assert.ok(existsSync(new URL(`assets/${JSON.parse(readFileSync(new URL('developer.json', developer), 'utf8')).avatar}`, developer)));
  for (const name of readdirSync(developer).filter((entry) => existsSync(new URL(`${entry}/plugin.json`, developer)))) {
    const main = manifest(name);
    for (const { icon } of [main, ...(main.commands ?? []), ...(main.quicklinks ?? [])]) assert.ok(existsSync(new URL(`${name}/assets/${icon}`, developer)), icon);
  }
});

test('each platform has its own three commands, and no name stands twice', () => {
  const items = [...desk.commands, ...desk.quicklinks];
  assert.equal(new Set(items.map(({ name }) => name)).size, items.length);
  assert.deepEqual(desk.commands.filter((item) => isFor(item, 'linux')).map(({ name }) => name), ['Lock the session', 'Space on the disk', 'Make a password']);
  assert.deepEqual(desk.commands.filter((item) => isFor(item, 'macos')).map(({ name }) => name), ['Turn the display off', 'Space on the disk', 'Make a password']);
});

test('a password has 24 letters and digits, other ones each time', { skip: here === 'windows' }, () => {
  const { exec, args } = desk.commands.find(({ name }) => name === 'Make a password').action;
  const made = [1, 2].map(() => spawnSync(exec, args, { encoding: 'utf8', timeout: 10_000 }));
  for (const { status, stdout } of made) {
    assert.equal(status, 0);
    assert.match(stdout, /^[A-Za-z0-9]{24}$/);
  }
  assert.notEqual(made[0].stdout, made[1].stdout);
});

test('the disk is shown with its size', { skip: here === 'windows' }, () => {
  const { exec, args } = desk.commands.find(({ name }) => name === 'Space on the disk').action;
  const { status, stdout } = spawnSync(exec, args, { encoding: 'utf8', timeout: 10_000 });
  assert.equal(status, 0);
  assert.match(stdout, /\d+%.*\/\s*$/m);
});

test('each quicklink becomes a whole https address when its arguments are filled in', () => {
  for (const { name, quicklink } of desk.quicklinks) {
    const filled = quicklink.link.replace(/\{[^}]*\}/g, 'x');
    assert.equal(new URL(filled).protocol, 'https:', name);
    assert.doesNotMatch(filled, /[{}]/);
  }
});
