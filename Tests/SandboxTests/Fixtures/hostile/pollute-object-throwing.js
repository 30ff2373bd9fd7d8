// Makes reading unknown properties of ordinary objects throw.
exports.attack = () => {
  for (const name of ['toJSON', 'return', 'reason', 'own', 'made', 'controller', 'api', 'waiting', 'level', 'data', 'remedy', 'code']) {
    Object.defineProperty(Object.prototype, name, { get() { throw new Error('read ' + name); }, set(v) { Object.defineProperty(this, name, { value: v, writable: true, configurable: true, enumerable: true }); }, configurable: true });
  }
  delete Object.prototype.toJSON;
  return 'polluted';
};
exports.ok = () => 'well';
exports.later = async () => { await null; return 'later'; };
exports.items = function* () { yield 1; yield 2; };
exports.fails = () => { throw new TypeError('precise'); };
exports.list = () => [1, [2]];
