// Puts getters, setters and values on Object.prototype under every name the worker might read.
const names = ['get', 'set', 'value', 'writable', 'enumerable', 'configurable', 'next', 'done', 'code', 'name', 'message', 'stack', 'cause',
  'signal', 'aborted', 'context', 'iterator', 'asking', 'owner', 'timer', 'release', 'resolve', 'reject', 'isTimer', 'length', 'level', 'ms', 'data', 'remedy', '0', '1', '2', '3',
  'error', 'exports', 'create', 'host', 'default', 'limits', 'modules', 'facade', 'hostCallsMax', 'timersMax'];
exports.attack = () => {
  for (const name of names) {
    Object.defineProperty(Object.prototype, name, { __proto__: null, get() { return 'polluted'; }, set() { throw new Error('polluted'); }, configurable: true });
  }
  return 'polluted';
};
exports.ok = () => 'well';
exports.later = async () => { await null; return 'later'; };
exports.items = function* () { yield 1; yield 2; };
exports.fails = () => { throw new TypeError('precise'); };
exports.list = () => [1, [2]];
