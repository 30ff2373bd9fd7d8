// Fills a map with keys that are all different.
exports.attack = () => { const m = new Map(); for (let i = 0; ; i++) m.set('key' + i, { i }); };
exports.ok = () => 'well';
