// Replaces the protocols of iteration.
exports.attack = () => {
  const bad = () => { throw new Error('polluted'); };
  const ArrayIterator = Object.getPrototypeOf([][Symbol.iterator]());
  const Iterator = Object.getPrototypeOf(ArrayIterator);
  const AsyncIterator = Object.getPrototypeOf(Object.getPrototypeOf(Object.getPrototypeOf((async function* () {})())));
  ArrayIterator.next = bad;
  Object.defineProperty(Iterator, Symbol.iterator, { value: bad });
  Object.defineProperty(AsyncIterator, Symbol.asyncIterator, { value: bad });
  Object.defineProperty(Array.prototype, Symbol.iterator, { value: bad });
  Object.defineProperty(String.prototype, Symbol.iterator, { value: bad });
  return 'polluted';
};
exports.ok = () => 'well';
exports.later = async () => { await null; return 'later'; };
exports.items = function* () { yield 1; yield 2; };
exports.fails = () => { throw new TypeError('precise'); };
exports.list = () => [1, [2]];
