// Yields, ends and fails in odd ways.
const things = {
  'yields promises': function* () { yield Promise.resolve(1); yield Promise.reject(new Error('inside')); },
  'yields never': function* () { yield new Promise(() => {}); },
  'throws at once': function* () { throw new Error('at once'); },
  'throws later': async function* () { yield 1; throw new Error('later'); },
  'throws in return': function* () { try { yield 1; } finally { throw new Error('in return'); } },
  'yields in return': function* () { try { yield 1; } finally { yield 2; yield 3; } },
  'refuses to end': function* () { for (;;) { try { for (;;) yield 1; } finally { continue; } } },
  'yields what is no JSON': function* () { yield 10n; },
  'yields itself': function* () { const all = []; all[0] = all; yield all; },
  'returns a generator': function* () { yield 1; return (function* () { yield 2; })(); },
};
const iterators = {
  'next that is no function': () => ({ next: 1, [Symbol.iterator]() { return this; } }),
  'next that gives a number': () => ({ next: () => 5, [Symbol.iterator]() { return this; } }),
  'next that gives null': () => ({ next: () => null, [Symbol.asyncIterator]() { return this; } }),
  'next that throws': () => ({ next() { throw new TypeError('next'); }, [Symbol.iterator]() { return this; } }),
  'done that throws': () => ({ next: () => ({ get done() { throw new TypeError('done'); } }), [Symbol.iterator]() { return this; } }),
  'value that throws': () => ({ next: () => ({ done: false, get value() { throw new TypeError('value'); } }), [Symbol.iterator]() { return this; } }),
  'return that throws': () => ({ next: () => ({ done: false, value: 1 }), return() { throw new Error('return'); }, [Symbol.iterator]() { return this; } }),
  'return that never settles': () => ({ next: () => ({ done: false, value: 1 }), return: () => new Promise(() => {}), [Symbol.asyncIterator]() { return this; } }),
  'an iterator that lies': () => ({ next: () => ({ done: 'yes', value: 'end' }), [Symbol.iterator]() { throw new Error('never asked'); } }),
  'asyncIterator that throws': () => ({ next: () => ({ done: true }), get [Symbol.asyncIterator]() { throw new TypeError('asked'); } }),
  'next that is a getter': () => { let n = 0; return { get next() { n++; if (n > 3) throw new TypeError('asked again'); return () => ({ done: false, value: n }); }, [Symbol.iterator]() { return this; } }; },
};
exports.names = () => [...Object.keys(things), ...Object.keys(iterators)];
exports.attack = (name) => (things[name] ?? iterators[name])();
exports.ok = () => 'well';
