// Runs for ever while the worker reads the name of what was thrown.
exports.attack = () => { throw { get name() { for (;;); } }; };
exports.ok = () => 'well';
