// Runs for ever in the function that native code maps an iterable with.
exports.attack = () => Array.from({ length: 3 }, () => { for (;;); });
exports.ok = () => 'well';
