// Asks for values greater than the engine can hold at all, which has nothing to do with the memory there is.
exports.attack = () => {
  const said = [];
  for (const ask of [() => 7n ** 10_000_000n, () => new Array(-1), () => 'x'.repeat(-1), () => new ArrayBuffer(-1), () => (1.5).toFixed(101)]) {
    try { ask(); said.push('nothing'); } catch (error) { said.push(error.name); }
  }
  return said.join(' ');
};
exports.number = () => 7n ** 10_000_000n;
exports.ok = () => 'well';
