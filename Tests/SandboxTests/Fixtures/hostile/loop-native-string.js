// Searches a long text for what is not in it, again and again.
exports.attack = () => { const text = 'ab'.repeat(1 << 20); for (;;) text.lastIndexOf('aa' + Math.random()); };
exports.ok = () => 'well';
