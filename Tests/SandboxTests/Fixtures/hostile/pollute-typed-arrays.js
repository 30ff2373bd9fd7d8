// Replaces what typed arrays are made of: the worker reads message headers from one.
exports.attack = () => {
  const Typed = Object.getPrototypeOf(Uint32Array);
  for (const key of Reflect.ownKeys(Typed.prototype)) {
    if (key !== 'constructor') Object.defineProperty(Typed.prototype, key, { get() { throw new Error('polluted'); }, configurable: true });
  }
  for (let i = 0; i < 4; i++) Object.defineProperty(Uint32Array.prototype, i, { get() { return 99; }, configurable: true });
  Object.defineProperty(Object.prototype, Symbol.toPrimitive, { get() { throw new Error('polluted'); }, configurable: true });
  return 'polluted';
};
exports.ok = () => 'well';
exports.later = async () => { await null; return 'later'; };
exports.items = function* () { yield 1; yield 2; };
exports.fails = () => { throw new TypeError('precise'); };
exports.list = () => [1, [2]];
