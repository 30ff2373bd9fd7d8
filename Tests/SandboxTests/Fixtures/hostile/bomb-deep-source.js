// Has the parser descend without end.
exports.attack = () => new Function('return ' + '('.repeat(1_000_000) + '1' + ')'.repeat(1_000_000))();
exports.ok = () => 'well';
