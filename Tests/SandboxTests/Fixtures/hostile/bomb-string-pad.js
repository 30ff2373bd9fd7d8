// Pads to the greatest length there is.
exports.attack = () => { const all = []; for (;;) all.push('x'.padEnd(2 ** 29 + all.length, 'yz')); };
exports.ok = () => 'well';
