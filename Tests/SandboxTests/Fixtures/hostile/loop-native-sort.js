// Sorts a long list again and again: most of the time is spent in native code.
exports.attack = () => { const list = Array.from({ length: 200_000 }, (_, i) => (i * 7919) % 200_003); for (;;) list.slice().sort((a, b) => a - b); };
exports.ok = () => 'well';
