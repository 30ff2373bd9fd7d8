// Exports getters that throw, names of every kind, and a default that is no object.
Object.defineProperty(exports, 'bad', { enumerable: true, get() { throw new RangeError('this export throws'); } });
exports['a b'] = () => 'spaced';
exports['"quoted"'] = () => 'quoted';
exports['\\'] = () => 'backslash';
exports['ü\u0000'] = () => 'odd';
exports[''] = () => 'empty';
exports.default = 7;
exports.notAFunction = { call: 1 };
exports.then = (ok) => ok('thenable exports');
exports.ok = () => 'well';
