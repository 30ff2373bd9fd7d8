// Keeps promises that never settle.
exports.attack = () => { const all = []; for (;;) all.push(new Promise(() => {}).then(() => all)); };
exports.ok = () => 'well';
