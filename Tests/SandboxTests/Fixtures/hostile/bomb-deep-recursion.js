// Calls itself until the stack is full.
exports.attack = () => { (function f(a, b, c) { return f(a, b, c) + 1; })(1, 2, 3); };
exports.ok = () => 'well';
