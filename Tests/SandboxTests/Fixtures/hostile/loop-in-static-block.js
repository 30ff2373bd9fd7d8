// Runs for ever while a class is made from text.
exports.attack = () => new Function('class A { static { for (;;); } }')();
exports.ok = () => 'well';
