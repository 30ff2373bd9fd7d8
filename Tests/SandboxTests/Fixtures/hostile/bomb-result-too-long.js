// Returns, yields and throws a little more than a message may hold.
exports.attack = (n) => 'x'.repeat(n);
exports.items = function* (n) { yield 'first'; yield 'x'.repeat(n); };
exports.throws = (n) => { throw new Error('x'.repeat(n)); };
exports.ok = () => 'well';
