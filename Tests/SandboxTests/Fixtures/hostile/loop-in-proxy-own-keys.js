// Runs for ever in a proxy's ownKeys trap, which serialisation calls.
exports.attack = () => new Proxy({}, { ownKeys() { for (;;); } });
exports.ok = () => 'well';
