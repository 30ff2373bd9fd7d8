// Compiles expressions without end and keeps them.
exports.attack = () => { const all = []; for (let i = 0; ; i++) { const r = new RegExp(`(a|b){${i % 900}}x${i}`); r.test('aaa'); all.push(r); } };
exports.ok = () => 'well';
