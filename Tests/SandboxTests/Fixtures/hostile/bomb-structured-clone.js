// Keeps clone upon clone of something large.
exports.attack = () => { const all = [{ a: new Uint8Array(1 << 18).fill(7) }]; for (;;) all.push(structuredClone(all[0])); };
exports.ok = () => 'well';
