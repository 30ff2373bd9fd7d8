// Runs for ever while an object is made.
exports.attack = () => new (class { #field = (() => { for (;;); })(); })();
exports.ok = () => 'well';
