// Joins lists inside lists.
exports.attack = () => { let a = []; for (let i = 0; i < 300_000; i++) a = [a]; return String(a).length; };
exports.ok = () => 'well';
