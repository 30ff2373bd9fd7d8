// Timers, microtasks, performance and the shape of the globals themselves.
import { ok, same, suite, throws } from './check.js';

const { test, report } = suite();
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

test('a timer fires once, after its delay, with its arguments', async () => {
  const start = performance.now();
  const got = await new Promise((resolve) => setTimeout((...values) => resolve(values), 20, 1, 'b'));
  same(got, [1, 'b']);
  const took = performance.now() - start;
  ok(took >= 19, `took ${took} ms`);
});

test('ids are positive numbers, and clearing stops a timer', async () => {
  let fired = false;
  const id = setTimeout(() => (fired = true), 5);
  ok(Number.isInteger(id) && id > 0, 'positive integer');
  clearTimeout(id);
  clearTimeout(id);
  clearTimeout(undefined);
  clearTimeout('nonsense');
  await sleep(15);
  same(fired, false);
});

test('shorter delays fire first; equal ones in order', async () => {
  const order = [];
  // Far apart: a machine under load can stand still between two lines.
  setTimeout(() => order.push('c'), 400);
  setTimeout(() => order.push('a'), 1);
  setTimeout(() => order.push('b'), 1);
  while (order.length < 3) await sleep(20);
  same(order, ['a', 'b', 'c']);
});

test('an interval repeats until it is cleared, also from inside', async () => {
  let count = 0;
  await new Promise((resolve) => {
    const id = setInterval(() => {
      if (++count === 3) {
        clearInterval(id);
        resolve();
      }
    }, 1);
  });
  await sleep(10);
  same(count, 3);
});

test('odd delays count as none', async () => {
  for (const delay of [-1, NaN, undefined, null, 'x', {}]) await new Promise((resolve) => setTimeout(resolve, delay));
});

test('only functions are taken: text is never run as code', () => {
  throws(() => setTimeout('globalThis.evil = 1', 0), 'TypeError');
  throws(() => setInterval({}, 0), 'TypeError');
  throws(() => queueMicrotask('x'), 'TypeError');
});

test('an error in a callback does not stop other timers', async () => {
  setTimeout(() => {
    throw new Error('expected in the log: from a timer');
  }, 0);
  setTimeout(() => {
    throw { get message() { throw 1; } };
  }, 0);
  await sleep(5);
});

test('microtasks run before timers, in order', async () => {
  const order = [];
  setTimeout(() => order.push('timer'), 0);
  queueMicrotask(() => order.push('first'));
  queueMicrotask(() => order.push('second'));
  order.push('now');
  await sleep(5);
  same(order, ['now', 'first', 'second', 'timer']);
});

test('an error in a microtask is reported, not thrown', async () => {
  queueMicrotask(() => {
    throw new Error('expected in the log: from a microtask');
  });
  reportError(new Error('expected in the log: reported'));
  throws(() => reportError(), 'TypeError');
  await sleep(0);
});

test('timers survive a plugin that breaks the language', async () => {
  const broken = [[Map.prototype, 'get'], [Map.prototype, 'set'], [Promise.prototype, 'then'], [Array.prototype, Symbol.iterator],
    [Function.prototype, 'call'], [Function.prototype, 'apply'], [Reflect, 'apply'], [Promise.prototype, 'constructor']];
  const saved = broken.map(([holder, key]) => Object.getOwnPropertyDescriptor(holder, key));
  const { defineProperty } = Object;
  const value = () => {
    throw new Error('broken by the test');
  };
  let fired = 0;
  for (let i = 0; i < broken.length; i++) defineProperty(broken[i][0], broken[i][1], { value, configurable: true, writable: true });
  try {
    setTimeout(() => fired++, 0);
    queueMicrotask(() => fired++);
    clearTimeout(setTimeout(() => fired++, 0));
  } finally {
    for (let i = 0; i < broken.length; i++) defineProperty(broken[i][0], broken[i][1], saved[i]);
  }
  await sleep(10);
  same(fired, 2);
});

test('too many timers do no harm to those that come after', async () => {
  const ids = [];
  for (let i = 0; i < 2000; i++) ids.push(setTimeout(() => {}, 1e6));
  await null; // the host says no to some of them, which the log tells
  for (const id of ids) clearTimeout(id);
  await sleep(1);
});

test('performance.now goes forward in steps of 5 microseconds', () => {
  const first = performance.now();
  let last = first;
  for (let i = 0; i < 2000; i++) {
    const now = performance.now();
    ok(now >= last, 'monotonic');
    ok(Math.abs(now * 200 - Math.round(now * 200)) < 1e-3, `step of ${now}`);
    last = now;
  }
  ok(last > first, 'moves');
  ok(Math.abs(performance.timeOrigin + performance.now() - Date.now()) < 60_000, 'the origin is a time of day');
  same(JSON.stringify(performance), `{"timeOrigin":${performance.timeOrigin}}`);
  throws(() => new Performance(), 'TypeError');
});

test('globals are there, replaceable, and as visible as on the web', () => {
  same(self, globalThis);
  same(navigator.userAgent, 'Patchbay');
  for (const name of ['process', 'require', 'Buffer', 'global', 'window', 'module']) same(typeof globalThis[name], 'undefined', name);
  const { enumerable, configurable } = Object.getOwnPropertyDescriptor(globalThis, 'CustomEvent');
  same(enumerable, false);
  same(configurable, true);
  ok(Object.keys(globalThis).includes('structuredClone'), 'functions are enumerable');
  const own = class File {};
  globalThis.File = own;
  same(File, own);
  same(Object.getOwnPropertyDescriptor(globalThis, 'File').writable, true);
  same(typeof CustomEvent, 'function');
  same(Object.getOwnPropertyDescriptor(globalThis, 'CustomEvent').value, CustomEvent);
  same(delete globalThis.FormData, true);
  same(typeof FormData, 'undefined');
});

export const run = report;
