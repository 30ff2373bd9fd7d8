// Replaces Promise itself by something that never calls back.
exports.attack = () => { globalThis.Promise = class { constructor() {} then() {} static resolve() { return new this(); } }; return 'polluted'; };
exports.ok = () => 'well';
exports.later = async () => { await null; return 'later'; };
exports.items = function* () { yield 1; yield 2; };
exports.fails = () => { throw new TypeError('precise'); };
exports.list = () => [1, [2]];
