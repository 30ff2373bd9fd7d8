// Replaces what promises are made of.
exports.attack = () => {
  const bad = () => { throw new Error('polluted'); };
  Promise.prototype.then = Promise.prototype.catch = Promise.prototype.finally = bad;
  Promise.resolve = Promise.reject = Promise.all = Promise.withResolvers = bad;
  Object.defineProperty(Promise, Symbol.species, { get: bad, configurable: true });
  Object.defineProperty(Promise.prototype, 'constructor', { get: bad, configurable: true });
  return 'polluted';
};
exports.ok = () => 'well';
exports.later = () => ({ then(resolve) { resolve('later'); } });
exports.items = function* () { yield 1; yield 2; };
exports.fails = () => { throw new TypeError('precise'); };
exports.list = () => [1, [2]];
