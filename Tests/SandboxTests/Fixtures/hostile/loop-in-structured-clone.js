// Runs for ever in a getter that structuredClone reads.
exports.attack = () => structuredClone({ get a() { for (;;); } });
exports.ok = () => 'well';
