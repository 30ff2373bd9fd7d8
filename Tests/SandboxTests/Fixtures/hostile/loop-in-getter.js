// Runs for ever in a getter that only the hub's serialisation reads.
exports.attack = () => ({ get value() { for (;;); } });
exports.ok = () => 'well';
