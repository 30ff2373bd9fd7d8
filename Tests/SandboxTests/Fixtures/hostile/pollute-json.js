// Replaces JSON and its functions.
exports.attack = () => { JSON.stringify = JSON.parse = () => { throw new Error('polluted'); }; globalThis.JSON = null; return 'polluted'; };
exports.ok = () => 'well';
exports.later = async () => { await null; return 'later'; };
exports.items = function* () { yield 1; yield 2; };
exports.fails = () => { throw new TypeError('precise'); };
exports.list = () => [1, [2]];
