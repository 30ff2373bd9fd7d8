// The console against values that fight back. `run` checks that nothing escapes; the lines in the log are checked from outside.
import { ok, same, suite, throws } from './check.js';

const { test, report } = suite();
const bomb = () => {
  throw new Error('hostile');
};

/// Values that throw, loop, or grow when looked at.
export const hostile = {
  getter: { get value() { return bomb(); } },
  proxyThatThrows: new Proxy({}, { get: bomb, ownKeys: bomb, getPrototypeOf: bomb, getOwnPropertyDescriptor: bomb, has: bomb }),
  proxyWithManyKeys: new Proxy({}, {
    ownKeys: () => Array.from({ length: 5000 }, (_, i) => `key${i}`),
    getOwnPropertyDescriptor: () => ({ value: 'x'.repeat(5000), enumerable: true, configurable: true }),
  }),
  endlessPrototypes: (() => {
    const proxy = new Proxy({}, { getPrototypeOf: () => proxy });
    return proxy;
  })(),
  revoked: (() => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  })(),
  tag: { get [Symbol.toStringTag]() { return bomb(); } },
  toPrimitive: { [Symbol.toPrimitive]: bomb, toString: bomb, valueOf: bomb, toJSON: bomb },
  error: Object.defineProperties(new Error('m'), { message: { get: bomb }, name: { get: bomb }, stack: { get: bomb }, cause: { get: bomb } }),
  errorWithObjects: Object.assign(new Error('m'), { name: {}, stack: { toString: bomb } }),
  constructorTrap: Object.create({ get constructor() { return bomb(); } }),
  deep: (() => {
    let value = {};
    for (let i = 0; i < 100_000; i++) value = { value };
    return value;
  })(),
  wide: Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, i])),
  long: 'x'.repeat(1_000_000),
  sparse: new Array(2 ** 32 - 1),
  bigMap: new Map(Array.from({ length: 10_000 }, (_, i) => [i, i])),
  causes: (() => {
    let error = new Error('0');
    for (let i = 1; i < 10_000; i++) error = new Error(`${i}`, { cause: error });
    return error;
  })(),
  functionName: Object.defineProperty(() => {}, 'name', { get: bomb }),
  mapWithOwnMethods: Object.defineProperties(new Map([[1, 2]]), { forEach: { value: bomb }, size: { get: bomb } }),
  lonely: '\ud800 \udfff',
};

for (const [name, value] of Object.entries(hostile)) {
  test(`console takes ${name}`, () => {
    for (const method of ['log', 'info', 'warn', 'error', 'debug', 'dir', 'table', 'trace', 'group']) same(console[method](value), undefined);
    console.groupEnd();
    console.log('%s %d %i %f %j %o %O %c %%', value, value, value, value, value, value, value, value);
    console.assert(false, value);
    console.count(value);
    console.time(value);
    console.timeLog(value, value);
    console.timeEnd(value);
  });
}

test('cycles', () => {
  const circle = { list: [] };
  circle.self = circle;
  circle.list.push(circle);
  console.log(circle, new Map([[circle, circle]]), new Set([circle]));
});

test('methods work without their console', () => {
  const { log, error } = console;
  log('detached');
  error('detached');
  same(Object.prototype.toString.call(console), '[object console]');
});

test('no number of groups, counters or timers grows without end', () => {
  for (let i = 0; i < 3000; i++) {
    console.group();
    console.time(`t${i}`);
  }
  console.log('deep inside');
  for (let i = 0; i < 3000; i++) console.groupEnd();
});

test('the console survives a plugin that breaks the language', () => {
  const holders = [Array.prototype, Map.prototype, Set.prototype, String.prototype, Function.prototype, RegExp.prototype, Date.prototype];
  const saved = [];
  for (const holder of holders) {
    for (const key of Reflect.ownKeys(holder)) {
      const descriptor = Object.getOwnPropertyDescriptor(holder, key);
      if (key === 'constructor' || !descriptor.configurable || typeof descriptor.value !== 'function') continue;
      saved[saved.length] = [holder, key, descriptor];
    }
  }
  const { defineProperty } = Object;
  const value = { list: [1, [2]], map: new Map([['a', { b: 1 }]]), set: new Set([1]), date: new Date(0), error: new Error('e'), text: 'x\ny', re: /x/g };
  let failure;
  for (let i = 0; i < saved.length; i++) defineProperty(saved[i][0], saved[i][1], { value: bomb, configurable: true, writable: true });
  try {
    console.log('still here', value, '%');
    console.error('%s and %j', value, value);
    console.table([{ a: 1 }, { a: 2 }]);
  } catch (error) {
    failure = error;
  }
  for (let i = 0; i < saved.length; i++) defineProperty(saved[i][0], saved[i][1], saved[i][2]);
  same(failure, undefined);
});

test('rejections and errors nobody catches end in the log', async () => {
  Promise.reject(new Error('expected in the log: a rejection'));
  Promise.reject(hostile.proxyThatThrows);
  queueMicrotask(() => {
    throw hostile.error;
  });
  await new Promise((resolve) => setTimeout(resolve, 5));
  ok(true);
  throws(bomb, 'Error');
});

export const run = report;
