// Keeps long strings made in one go.
exports.attack = () => { const all = []; for (let i = 0; ; i++) all.push((i + 'abcdefgh').repeat(100_000)); };
exports.ok = () => 'well';
