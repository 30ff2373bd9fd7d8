// Puts hooks where engines look when an error is made or described. The argument says which.
let called = 0;
const hook = () => { called++; throw new Error('hook'); };
const looping = () => { for (;;); };
const hooks = {
  prepareStackTrace: () => { Error.prepareStackTrace = hook; },
  'prepareStackTrace on globalThis': () => { globalThis.prepareStackTrace = hook; },
  captureStackTrace: () => { Error.captureStackTrace = hook; },
  'stackTraceLimit that throws': () => { Object.defineProperty(Error, 'stackTraceLimit', { get: hook, set: hook }); },
  'stackTraceLimit without end': () => { Error.stackTraceLimit = Infinity; },
  'stackTraceLimit of minus one': () => { Error.stackTraceLimit = -1; },
  'stackTraceLimit that is no number': () => { Error.stackTraceLimit = { valueOf: hook }; },
  'a stack on the prototype': () => { for (const C of [Error, TypeError]) Object.defineProperty(C.prototype, 'stack', { get: hook, set: hook }); },
  'a stack on Object.prototype': () => { Object.defineProperty(Object.prototype, 'stack', { get: hook, set: hook, configurable: true }); },
  'hasInstance': () => { Object.defineProperty(Error, Symbol.hasInstance, { value: hook }); },
  'toStringTag': () => { Object.defineProperty(Error.prototype, Symbol.toStringTag, { get: hook }); },
};
exports.names = () => Object.keys(hooks);
exports.attack = (name) => { hooks[name](); return 'set'; };
exports.fails = () => { throw new TypeError('precise'); };
exports.rejects = async () => { await null; throw new TypeError('precise'); };
exports.asks = () => require('nothing');
exports.stackLoop = () => { const error = new TypeError('precise'); Object.defineProperty(error, 'stack', { get: looping }); throw error; };
exports.stackHuge = () => { const error = new TypeError('precise'); Object.defineProperty(error, 'stack', { value: 'at x\n'.repeat(2_000_000) }); throw error; };
exports.called = () => called;
exports.ok = () => 'well';
