// Replaces Function.prototype's call, apply and bind, and what Reflect and Object offer.
exports.attack = () => {
  const bad = () => { throw new Error('polluted'); };
  const { defineProperty } = Object;
  for (const key of ['call', 'apply', 'bind', 'toString']) defineProperty(Function.prototype, key, { value: bad });
  for (const key of Reflect.ownKeys(Reflect)) if (typeof key === 'string') Reflect[key] = bad;
  for (const key of Object.getOwnPropertyNames(Object)) if (typeof Object[key] === 'function') try { Object[key] = bad; } catch {}
  defineProperty(Function.prototype, 'prototype', { value: bad });
  globalThis.Reflect = globalThis.Object = globalThis.Function = bad;
  return 'polluted';
};
exports.ok = () => 'well';
exports.later = async () => { await null; return 'later'; };
exports.items = function* () { yield 1; yield 2; };
exports.fails = () => { throw new TypeError('precise'); };
exports.list = () => [1, [2]];
