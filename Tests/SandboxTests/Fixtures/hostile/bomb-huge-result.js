// Returns a small object that is large as JSON.
exports.attack = () => { const part = 'x'.repeat(1 << 20); return new Array(1000).fill(part); };
exports.ok = () => 'well';
