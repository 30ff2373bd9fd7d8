// Runs for ever in Symbol.toPrimitive of an error's message.
exports.attack = () => { throw { get message() { return `${{ [Symbol.toPrimitive]() { for (;;); } }}`; } }; };
exports.ok = () => 'well';
