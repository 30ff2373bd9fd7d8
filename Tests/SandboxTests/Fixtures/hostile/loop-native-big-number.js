// Multiplies huge numbers for ever: most of the time is spent in native code that does not look at the clock.
exports.attack = () => { const m = 7n ** 160_000n; for (let x = 3n ** 250_000n; ; x = (x * x) % m); };
exports.ok = () => 'well';
