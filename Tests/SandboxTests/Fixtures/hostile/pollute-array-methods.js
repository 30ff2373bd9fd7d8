// Replaces every method of Array.prototype, the iterator and the species.
exports.attack = () => {
  for (const key of Reflect.ownKeys(Array.prototype)) {
    if (key === 'length' || key === 'constructor') continue;
    Object.defineProperty(Array.prototype, key, { value: () => { throw new Error('polluted'); }, configurable: true, writable: true });
  }
  Object.defineProperty(Array, Symbol.species, { get() { throw new Error('polluted'); } });
  Array.isArray = Array.from = Array.of = () => { throw new Error('polluted'); };
  return 'polluted';
};
exports.ok = () => 'well';
exports.later = async () => { await null; return 'later'; };
exports.items = function* () { yield 1; yield 2; };
exports.fails = () => { throw new TypeError('precise'); };
exports.list = () => [1, [2]];
