// Catches every failure and goes on, so that one refusal is not enough.
exports.attack = () => { const all = []; for (;;) { try { all.push(new Uint8Array(1 << 18).fill(1), 'x'.repeat(1 << 18) + all.length, [...Array(1 << 12)]); } catch { all.push(0); } } };
exports.ok = () => 'well';
