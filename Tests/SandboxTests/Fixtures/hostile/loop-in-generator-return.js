// Gives one item, and runs for ever when the caller lets go of the stream.
exports.attack = function* () { try { yield 1; yield 2; } finally { for (;;); } };
exports.ok = () => 'well';
