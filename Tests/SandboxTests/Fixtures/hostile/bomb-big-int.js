// Keeps numbers of two hundred thousand digits.
exports.attack = () => { const all = []; for (let i = 1n; ; i++) all.push((1n << 800_000n) + i); };
exports.ok = () => 'well';
