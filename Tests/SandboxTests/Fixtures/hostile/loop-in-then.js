// Runs for ever in a thenable's then.
exports.attack = () => ({ then() { for (;;); } });
exports.ok = () => 'well';
