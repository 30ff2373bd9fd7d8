// Loads well and leaves an endless chain of promise jobs behind, so that the worker never reads its mail.
(function f() { Promise.resolve().then(f); })();
exports.ok = () => 'well';
