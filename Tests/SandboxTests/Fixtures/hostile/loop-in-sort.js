// Runs for ever in a comparator that native code calls.
exports.attack = () => [3, 1, 2].sort(() => { for (;;); });
exports.ok = () => 'well';
