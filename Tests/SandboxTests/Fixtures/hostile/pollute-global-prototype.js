// Freezes and unseats the global object's ancestors and the prototypes of functions.
exports.attack = () => {
  try { Object.setPrototypeOf(Function.prototype, null); } catch {}
  try { Object.setPrototypeOf(Array.prototype, null); } catch {}
  try { Object.setPrototypeOf(Promise.prototype, null); } catch {}
  try { Object.setPrototypeOf(Error.prototype, null); } catch {}
  Object.freeze(Object.prototype); Object.freeze(Array.prototype); Object.freeze(Function.prototype); Object.freeze(globalThis);
  return 'polluted';
};
exports.ok = () => 'well';
exports.later = async () => { await null; return 'later'; };
exports.items = function* () { yield 1; yield 2; };
exports.fails = () => { throw new TypeError('precise'); };
exports.list = () => [1, [2]];
