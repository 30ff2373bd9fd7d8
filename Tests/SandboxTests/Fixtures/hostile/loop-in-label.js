// Jumps out of one loop into the next round of another, for ever.
exports.attack = () => { outer: for (;;) for (let i = 0; ; i++) if (i > 10) continue outer; };
exports.ok = () => 'well';
