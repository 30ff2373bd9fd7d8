// A search through four billion holes in native code.
exports.attack = () => Array.prototype.lastIndexOf.call({ length: 2 ** 53 - 1 }, 1);
exports.ok = () => 'well';
