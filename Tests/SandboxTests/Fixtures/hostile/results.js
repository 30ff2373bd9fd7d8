// Returns things that are no plain JSON, or pretend to be something else.
const things = {
  undefined: () => undefined, 'null': () => null, 'a function': () => () => {}, 'a symbol': () => Symbol('x'), 'a number that is none': () => NaN, infinity: () => -Infinity,
  'minus zero': () => -0, 'a bigint': () => 10n, 'a bigint inside': () => ({ a: [10n] }), 'a circle': () => { const a = {}; a.a = [a]; return a; },
  'a map': () => new Map([[1, 2]]), 'a date': () => new Date(0), 'a date that is none': () => new Date(NaN), 'a boxed text': () => new String('boxed'), 'a typed array': () => new Uint8Array([1, 2]),
  'a proxy of a list': () => new Proxy([1, 2], {}), 'a revoked proxy': () => { const { proxy, revoke } = Proxy.revocable([], {}); revoke(); return proxy; },
  'a list that lies': () => { const a = [1]; a.toJSON = undefined; Object.defineProperty(a, 'length', { value: 3 }); return a; },
  'a length that lies': () => new Proxy([], { get: (t, k) => (k === 'length' ? 3 : k === 'toJSON' || k === 'then' || k === 'next' ? undefined : 'i' + String(k)) }),
  'toStringTag': () => ({ [Symbol.toStringTag]: 'Promise', a: 1 }), 'toPrimitive': () => ({ [Symbol.toPrimitive]() { throw 1; }, a: 1 }),
  'species': () => { const a = [1]; a.constructor = { [Symbol.species]: () => { throw 1; } }; return a; },
  'half a surrogate': () => 'a\ud800', 'a NUL': () => 'a\0b', 'line separators': () => '\u2028\u2029', 'toJSON gives undefined': () => ({ toJSON() {} }), 'toJSON gives itself': () => { const o = { a: 1, toJSON() { return this; } }; return o; },
  'toJSON throws': () => ({ toJSON() { throw new Error('mine'); } }), 'a getter that throws': () => ({ get a() { throw new TypeError('mine'); } }),
  'a getter that throws nothing': () => ({ get a() { throw undefined; } }), 'an iterator that is none': () => ({ next: 7, [Symbol.iterator]() {} }),
  ['__proto__']: () => JSON.parse('{"__proto__":{"a":1}}'), 'a raw text': () => JSON.rawJSON?.('1e1000') ?? 'absent',
};
exports.names = () => Object.keys(things);
exports.attack = (name) => things[name]();
exports.later = async (name) => things[name]();
exports.ok = () => 'well';
