// Keeps closures over arrays.
exports.attack = () => { let f = () => []; for (;;) { const g = f, a = new Array(50).fill(0); f = () => [g, a]; } };
exports.ok = () => 'well';
