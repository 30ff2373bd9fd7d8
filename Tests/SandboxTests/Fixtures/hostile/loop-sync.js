// Runs for ever in plain code.
exports.attack = () => { for (;;); };
exports.ok = () => 'well';
