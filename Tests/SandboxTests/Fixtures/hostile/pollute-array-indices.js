// Puts setters on the indices of Array.prototype, where a plain `list[i] = x` on a hole ends up.
exports.attack = () => {
  for (let i = 0; i < 200; i++) Object.defineProperty(Array.prototype, i, { get() { return 'polluted'; }, set() {}, configurable: true });
  return 'polluted';
};
exports.ok = () => 'well';
exports.later = async () => { await null; return 'later'; };
exports.items = function* () { yield 1; yield 2; };
exports.fails = () => { throw new TypeError('precise'); };
exports.list = () => [1, [2]];
