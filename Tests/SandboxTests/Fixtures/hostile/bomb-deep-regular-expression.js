// Compiles an expression of groups inside groups.
exports.attack = () => new RegExp('('.repeat(1_000_000) + ')'.repeat(1_000_000)).test('x');
exports.ok = () => 'well';
