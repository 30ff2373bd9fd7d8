// Runs for ever in the reviver that the engine's JSON parser calls.
exports.attack = () => JSON.parse('{"a":1}', () => { for (;;); });
exports.ok = () => 'well';
