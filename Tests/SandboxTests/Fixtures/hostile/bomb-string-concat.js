// Doubles a string until it is too long.
exports.attack = () => { let s = 'x'; for (;;) { s += s; if (s.charCodeAt(s.length - 1) !== 120) return 'odd'; } };
exports.ok = () => 'well';
