// The same with an async generator, whose finally block runs as a promise job.
exports.attack = async function* () { try { yield 1; yield 2; } finally { for (;;) await null; } };
exports.ok = () => 'well';
