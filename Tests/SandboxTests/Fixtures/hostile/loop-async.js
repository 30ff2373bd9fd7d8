// Awaits for ever without ever giving the worker a pause.
exports.attack = async () => { for (;;) await null; };
exports.ok = () => 'well';
