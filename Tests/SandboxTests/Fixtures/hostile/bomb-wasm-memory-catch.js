// Grows one memory of WebAssembly as far as it goes, and keeps on trying.
exports.attack = () => {
  const m = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
  for (;;) { try { m.grow(64); } catch {} new Uint8Array(m.buffer).fill(1); }
};
exports.ok = () => 'well';
exports.has = () => typeof WebAssembly;
