// Queues a promise job from every promise job: each one is a new entry into the engine, which resets a naive watchdog.
exports.attack = () => { (function f() { Promise.resolve().then(f); })(); };
exports.ok = () => 'well';
