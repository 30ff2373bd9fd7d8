// Keeps buffers outside of the collector's heap, and touches them.
exports.attack = () => { const all = []; for (;;) { const b = new ArrayBuffer(1 << 20); new Uint8Array(b).fill(1); all.push(b); } };
exports.ok = () => 'well';
