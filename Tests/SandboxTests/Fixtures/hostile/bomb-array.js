// Fills one array without end.
exports.attack = () => { const all = []; for (;;) all.push(all.length); };
exports.ok = () => 'well';
