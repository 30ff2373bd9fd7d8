// A function warmed up until it would be compiled, then caught in a loop (trap 1: compiled loops missed by signal-based traps).
function spin(n) { let i = 0; while (i !== n) i = (i + 1) | 0; return i; }
exports.attack = () => { for (let i = 0; i < 20_000; i++) spin(20); return spin(-0.5); };
exports.ok = () => 'well';
