// Asks for more than there can be, at once.
exports.attack = () => new Uint8Array(new ArrayBuffer(2 ** 31)).length;
exports.ok = () => 'well';
