// Keeps small objects, each with properties of its own.
exports.attack = () => { const all = []; for (let i = 0; ; i++) all.push({ ['k' + i]: i, next: all }); };
exports.ok = () => 'well';
