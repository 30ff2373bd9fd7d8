// Puts toJSON on Object.prototype: the plugin's own results change, and nothing else.
exports.attack = () => { Object.prototype.toJSON = function () { return 'polluted'; }; return 'polluted'; };
exports.ok = () => 'well';
exports.later = async () => { await null; return 'later'; };
exports.items = function* () { yield 1; yield 2; };
exports.fails = () => { throw new TypeError('precise'); };
exports.list = () => 'unchanged';
