// Hands a promise from job to job, each resolved by the one before.
exports.attack = async () => { for (;;) { const { promise, resolve } = Promise.withResolvers(); queueMicrotask(resolve); await promise; } };
exports.ok = () => 'well';
