// Runs for ever in a listener.
exports.attack = () => { const c = new AbortController(); c.signal.addEventListener('abort', () => { for (;;); }); c.abort(); };
exports.ok = () => 'well';
