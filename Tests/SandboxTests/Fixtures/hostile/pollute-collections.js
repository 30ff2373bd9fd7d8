// Replaces the methods of Map, Set, WeakMap and WeakSet, and the classes.
exports.attack = () => {
  for (const Class of [Map, Set, WeakMap, WeakSet]) {
    for (const key of Reflect.ownKeys(Class.prototype)) {
      if (key !== 'constructor') Object.defineProperty(Class.prototype, key, { get() { throw new Error('polluted'); }, configurable: true });
    }
  }
  globalThis.Map = globalThis.Set = globalThis.WeakMap = undefined;
  return 'polluted';
};
exports.ok = () => 'well';
exports.later = async () => { await null; return 'later'; };
exports.items = function* () { yield 1; yield 2; };
exports.fails = () => { throw new TypeError('precise'); };
exports.list = () => [1, [2]];
