// Returns a thousand thousand lists inside each other.
exports.attack = () => { let a = []; for (let i = 0; i < 1_000_000; i++) a = [a]; return a; };
exports.ok = () => 'well';
