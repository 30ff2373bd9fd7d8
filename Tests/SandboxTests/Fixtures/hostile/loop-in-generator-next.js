// Gives one item and never finds the second.
exports.attack = function* () { yield 1; for (;;); };
exports.ok = () => 'well';
