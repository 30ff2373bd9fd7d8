// Runs for ever in the default of a destructured parameter.
exports.attack = () => (({ a = (() => { for (;;); })() }) => a)({});
exports.ok = () => 'well';
