// Joins arrays of long strings.
exports.attack = () => { const all = []; const part = 'x'.repeat(10_000); for (;;) all.push(new Array(500).fill(part).join(all.length)); };
exports.ok = () => 'well';
