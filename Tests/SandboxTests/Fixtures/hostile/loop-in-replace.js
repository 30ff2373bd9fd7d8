// Runs for ever in a replacer that the engine's string code calls.
exports.attack = () => 'abc'.replace(/b/, () => { for (;;); });
exports.ok = () => 'well';
