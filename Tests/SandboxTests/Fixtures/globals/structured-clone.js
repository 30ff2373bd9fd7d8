// structuredClone: https://html.spec.whatwg.org/#safe-passing-of-structured-data
import { ok, same, suite, throws } from './check.js';

const { test, report } = suite();

test('primitives are themselves', () => {
  for (const value of [undefined, null, true, 1, -0, NaN, Infinity, 'text', '\ud800', 10n]) ok(Object.is(structuredClone(value), value));
});

test('objects and arrays, with holes and extra properties', () => {
  const copy = structuredClone({ a: { b: [1, , 3] }, u: undefined });
  same(copy, { a: { b: [1, , 3] }, u: undefined });
  ok('u' in copy && !(1 in copy.a.b) && copy.a.b.length === 3);
  const list = Object.assign([1], { extra: 2 });
  same(structuredClone(list).extra, 2);
  same(structuredClone(Object.assign(new Array(2 ** 32 - 1), { 5: 'x' })).length, 2 ** 32 - 1);
});

test('cycles and shared references keep their shape', () => {
  const value = { list: [], map: new Map(), set: new Set() };
  value.self = value;
  value.list.push(value, value.map);
  value.map.set(value, value.set);
  value.set.add(value);
  const copy = structuredClone(value);
  ok(copy !== value && copy.self === copy && copy.list[0] === copy && copy.list[1] === copy.map);
  ok(copy.map.get(copy) === copy.set && copy.set.has(copy));
});

test('built-in types', () => {
  const date = structuredClone(new Date(5));
  ok(date instanceof Date && date.getTime() === 5);
  const pattern = /a(b)?/giu;
  pattern.lastIndex = 3;
  const regexp = structuredClone(pattern);
  same(`${regexp} ${regexp.lastIndex}`, '/a(b)?/giu 0');
  for (const boxed of [Object('x'), Object(1), Object(true), Object(1n)]) {
    const copy = structuredClone(boxed);
    ok(typeof copy === 'object' && copy.valueOf() === boxed.valueOf());
  }
  same([...structuredClone(new Map([['b', 1], ['a', { x: 2 }]]))], [['b', 1], ['a', { x: 2 }]]);
  same([...structuredClone(new Set([3, 'x']))], [3, 'x']);
});

test('buffers and views', () => {
  const buffer = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]).buffer;
  const views = { a: new Uint16Array(buffer, 2, 2), b: new DataView(buffer, 1, 3), c: new Float32Array(buffer), d: new BigInt64Array(buffer), buffer };
  const copy = structuredClone(views);
  ok(copy.buffer !== buffer && copy.a.buffer === copy.buffer && copy.b.buffer === copy.buffer && copy.c.buffer === copy.buffer);
  same([...copy.a], [...views.a]);
  same([copy.a.byteOffset, copy.b.byteOffset, copy.b.byteLength], [2, 1, 3]);
  ok(copy.d instanceof BigInt64Array);
  const resizable = structuredClone(new ArrayBuffer(2, { maxByteLength: 8 }));
  same([resizable.byteLength, resizable.maxByteLength, resizable.resizable], [2, 8, true]);
});

test('transfer moves buffers, and nothing happens when cloning fails', () => {
  const buffer = new ArrayBuffer(8);
  const view = new Uint8Array(buffer, 2, 4);
  view.set([1, 2, 3, 4]);
  throws(() => structuredClone({ view, f() {} }, { transfer: [buffer] }), 'DataCloneError');
  same(buffer.detached, false);
  const copy = structuredClone({ view, list: [buffer], map: new Map([['k', view]]), set: new Set([buffer]), e: new Error('x', { cause: view }) }, { transfer: [buffer] });
  same(buffer.detached, true);
  same([...copy.view], [1, 2, 3, 4]);
  ok(copy.view.buffer === copy.list[0] && copy.map.get('k') === copy.view && copy.set.has(copy.list[0]) && copy.e.cause === copy.view);
  const plain = new ArrayBuffer(3);
  same(structuredClone(plain, { transfer: [plain] }).byteLength, 3);
  const unused = new ArrayBuffer(3);
  structuredClone(1, { transfer: [unused] });
  same(unused.detached, true);
  const twice = new ArrayBuffer(1);
  throws(() => structuredClone(twice, { transfer: [twice, twice] }), 'DataCloneError');
  throws(() => structuredClone(1, { transfer: [unused] }), 'DataCloneError');
  throws(() => structuredClone(1, { transfer: [{}] }), 'DataCloneError');
  throws(() => structuredClone(1, { transfer: [1] }), 'TypeError');
});

test('errors keep name, message, stack and cause', () => {
  const error = new RangeError('too far', { cause: { code: 1 } });
  error.extra = 'lost';
  const copy = structuredClone(error);
  ok(copy instanceof RangeError && copy.message === 'too far' && copy.stack === error.stack);
  same(copy.cause, { code: 1 });
  same('extra' in copy, false);
  class Custom extends TypeError {}
  ok(Object.getPrototypeOf(structuredClone(new Custom('x'))) === TypeError.prototype);
  const odd = new Error('x');
  odd.name = 'Odd';
  same(structuredClone(odd).name, 'Error');
  const dom = structuredClone(new DOMException('m', 'AbortError'));
  ok(dom instanceof DOMException && dom.name === 'AbortError' && dom.code === 20 && dom.message === 'm');
});

test('instances of classes become plain objects with own properties', () => {
  class Point {
    x = 1;
    #hidden = 2;
    get y() { return this.#hidden; }
  }
  const copy = structuredClone(new Point());
  same(copy, { x: 1 });
  same(Object.getPrototypeOf(copy), Object.prototype);
  same(structuredClone(Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true }, hidden: { value: 3 } })), { own: 2 });
  same(structuredClone({ [Symbol('s')]: 1, a: 2 }), { a: 2 });
});

test('getters are read, keys named __proto__ are only keys', () => {
  same(structuredClone({ get a() { return 1; } }), { a: 1 });
  const copy = structuredClone(JSON.parse('{"__proto__": {"polluted": 1}, "toString": 2}'));
  same(Object.getPrototypeOf(copy), Object.prototype);
  same(Object.keys(copy), ['__proto__', 'toString']);
  same({}.polluted, undefined);
});

test('what cannot be cloned is a DataCloneError', () => {
  for (const bad of [() => {}, Symbol('s'), new WeakMap(), new WeakSet(), new WeakRef({}), Promise.resolve(), new URL('https://x'), new Headers(), new AbortController().signal]) {
    const error = throws(() => structuredClone({ bad: [bad] }), 'DataCloneError', String(bad));
    ok(error instanceof DOMException && error.code === 25);
  }
  throws(() => structuredClone(), 'TypeError');
  throws(() => structuredClone({ get a() { throw new RangeError('mine'); } }), 'RangeError');
});

test('blobs are cloned', async () => {
  const copy = structuredClone(new File(['hello'], 'a.txt', { type: 'text/plain', lastModified: 5 }));
  ok(copy instanceof File);
  same([copy.name, copy.lastModified, copy.type, await copy.text()], ['a.txt', 5, 'text/plain', 'hello']);
});

test('deep values end in a RangeError, not in a crash', () => {
  let deep = {};
  for (let i = 0; i < 200_000; i++) deep = { deep };
  throws(() => structuredClone(deep), 'RangeError');
});

test('a proxy that throws is its own error', () => {
  throws(() => structuredClone(new Proxy({}, { ownKeys() { throw new EvalError('trap'); } })), 'EvalError');
});

export const run = report;
