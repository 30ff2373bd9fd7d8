// Runs for ever in toJSON, after the function has returned.
exports.attack = () => ({ toJSON() { for (;;); } });
exports.ok = () => 'well';
