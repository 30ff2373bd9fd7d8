// Keeps typed arrays of all sizes.
exports.attack = () => { const all = []; for (let i = 1; ; i = i * 2 % 999_983) all.push(new Float64Array(i).fill(Math.PI)); };
exports.ok = () => 'well';
