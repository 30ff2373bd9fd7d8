// Replaces every global it can, and freezes the rest.
exports.attack = () => {
  for (const key of Reflect.ownKeys(globalThis)) { try { globalThis[key] = undefined; } catch {} }
  return 'polluted';
};
exports.ok = () => 'well';
exports.later = async () => { await null; return 'later'; };
exports.items = function* () { yield 1; yield 2; };
exports.fails = () => { throw undefined ?? 'precise'; };
exports.list = () => [1, [2]];
