// Spreads an iterator that never ends and keeps nothing.
exports.attack = () => { for (const _ of { [Symbol.iterator]: () => ({ next: () => ({ done: false }) }) }); };
exports.ok = () => 'well';
