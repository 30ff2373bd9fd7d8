// Makes large empty arrays, whose storage nobody has touched.
exports.attack = () => { const all = []; for (;;) { const a = new Array(100_000); a[0] = a; all.push(a); } };
exports.ok = () => 'well';
