// Registers symbols, which are never collected.
exports.attack = () => { for (let i = 0; ; i++) Symbol.for('symbol number ' + i + 'x'.repeat(200)); };
exports.ok = () => 'well';
