// Runs for ever in the getter of Symbol.toStringTag while an object becomes text.
exports.attack = () => `${{ get [Symbol.toStringTag]() { for (;;); } }}`;
exports.ok = () => 'well';
