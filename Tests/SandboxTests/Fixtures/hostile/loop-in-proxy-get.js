// Runs for ever when the worker asks whether the result is a promise.
exports.attack = () => new Proxy({}, { get() { for (;;); } });
exports.ok = () => 'well';
