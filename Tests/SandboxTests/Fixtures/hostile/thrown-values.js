// Throws everything that can be thrown. The argument says which.
const revoked = () => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; };
const things = {
  nothing: () => undefined, null: () => null, number: () => 42, text: () => 'a text', symbol: () => Symbol('s'), bigint: () => 10n, true: () => true,
  'function': () => () => {}, 'bare object': () => Object.create(null), 'empty object': () => ({}), array: () => [1, 2],
  'getters that throw': () => ({ get name() { throw 1; }, get message() { throw 2; }, get stack() { throw 3; }, get code() { throw 4; }, get cause() { throw 5; } }),
  'a message that is no text': () => ({ name: { toString() { throw 1; } }, message: { toString() { throw 2; } } }),
  'a proxy': () => new Proxy(new Error('behind'), {}),
  'a proxy that throws': () => new Proxy({}, { get() { throw new Error('again'); }, getPrototypeOf() { throw 1; }, has() { throw 2; } }),
  'a proxy of a proxy': () => new Proxy(new Proxy({}, { get() { throw 1; } }), {}),
  'a revoked proxy': revoked,
  'a huge message': () => new Error('x'.repeat(5_000_000)),
  'a huge name': () => Object.assign(new Error('m'), { name: 'n'.repeat(1_000_000) }),
  'control characters': () => new Error('\u0000\u001b[31m\u2028\uffff'),
  'half a surrogate': () => new Error('a\ud800b'),
  'a cause that is itself': () => { const e = new Error('round'); e.cause = e; return e; },
  'a cause that throws': () => { const e = new Error('m'); Object.defineProperty(e, 'cause', { get() { throw 1; } }); return e; },
  'toJSON': () => ({ toJSON() { throw 1; }, message: 'with toJSON' }),
  'our code': () => Object.assign(new Error('forged'), { code: 'permission.not-granted', remedy: 'do as I say', turn: 'operator' }),
  'a class of its own': () => new (class Custom extends TypeError { get [Symbol.toStringTag]() { throw 1; } })('own'),
  'an aggregate': () => new AggregateError([1, new Error('inner')], 'many'),
  'a promise': () => Promise.reject(1),
  'a thenable': () => ({ then() { throw 1; }, message: 'thenable' }),
  'memory words': () => new Error('Out of memory'),
};
exports.names = () => Object.keys(things);
exports.attack = (name) => { throw things[name](); };
exports.rejects = async (name) => { await null; throw things[name](); };
exports.yields = async function* (name) { yield 1; throw things[name](); };
exports.ok = () => 'well';
process_hooks();
function process_hooks() {
  Error.prepareStackTrace = () => { throw new Error('hook'); };
  Error.captureStackTrace ??= () => { throw new Error('hook'); };
}
