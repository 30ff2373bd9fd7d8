// Replaces Error, its prototype and its hooks.
exports.attack = () => {
  Error.prepareStackTrace = () => { throw new Error('hook'); };
  Error.captureStackTrace = () => { throw new Error('hook'); };
  Error.stackTraceLimit = { valueOf() { throw new Error('hook'); } };
  Object.defineProperty(Error.prototype, 'message', { get() { throw 'polluted'; }, set() { throw 'polluted'; }, configurable: true });
  Object.defineProperty(Error.prototype, 'name', { get() { throw 'polluted'; }, set() { throw 'polluted'; }, configurable: true });
  Error.prototype.toString = () => { throw 'polluted'; };
  globalThis.Error = function () { throw 'polluted'; };
  return 'polluted';
};
exports.ok = () => 'well';
exports.later = async () => { await null; return 'later'; };
exports.items = function* () { yield 1; yield 2; };
exports.fails = () => { throw new TypeError('precise'); };
exports.list = () => [1, [2]];
