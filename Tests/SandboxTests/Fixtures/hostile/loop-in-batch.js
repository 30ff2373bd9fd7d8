// Runs for ever over the second element of a batch.
exports.attack = (x) => { if (x === 2) for (;;); return x; };
exports.ok = () => 'well';
