// Lets memories of WebAssembly grow, and touches their pages.
exports.attack = () => {
  const all = [];
  for (;;) { const m = new WebAssembly.Memory({ initial: 16, maximum: 4096 }); m.grow(16); new Uint8Array(m.buffer).fill(1); all.push(m); }
};
exports.ok = () => 'well';
exports.has = () => typeof WebAssembly;
