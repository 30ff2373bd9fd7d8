// Runs for ever in a timer's callback while the call waits for it.
exports.attack = () => new Promise(() => setTimeout(() => { for (;;); }, 1));
exports.ok = () => 'well';
