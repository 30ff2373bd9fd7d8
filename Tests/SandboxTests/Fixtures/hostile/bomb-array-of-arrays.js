// Keeps arrays of numbers, a thousand at a time.
exports.attack = () => { const all = []; for (;;) all.push(new Array(1000).fill(1.5)); };
exports.ok = () => 'well';
