// Resolves a chain of a million promises.
exports.attack = () => { let p = Promise.resolve(1); for (let i = 0; i < 1_000_000; i++) { const q = p; p = new Promise((r) => r(q)); } return p; };
exports.ok = () => 'well';
