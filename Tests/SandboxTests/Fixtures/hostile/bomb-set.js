// Fills a set.
exports.attack = () => { const s = new Set(); for (let i = 0; ; i++) s.add({ i }); };
exports.ok = () => 'well';
