// Replaces the methods of String, Number, Boolean, Symbol and BigInt.
exports.attack = () => {
  for (const Class of [String, Number, Boolean, Symbol, BigInt]) {
    for (const key of Reflect.ownKeys(Class.prototype)) {
      const own = Object.getOwnPropertyDescriptor(Class.prototype, key);
      if (own.configurable && key !== 'constructor') Object.defineProperty(Class.prototype, key, { value: () => { throw new Error('polluted'); } });
    }
  }
  String.prototype.toJSON = Number.prototype.toJSON = Boolean.prototype.toJSON = () => { throw new Error('polluted'); };
  globalThis.String = globalThis.Number = () => { throw new Error('polluted'); };
  return 'polluted';
};
exports.ok = () => 'well';
exports.later = async () => { await null; return 'later'; };
exports.items = function* () { yield 1; yield 2; };
exports.fails = () => { throw new TypeError('precise'); };
exports.list = () => [1, [2]];
