// Returns what doubles at every level.
exports.attack = () => { let tree = [1, 2]; for (let i = 0; i < 40; i++) tree = [tree, tree]; return tree; };
exports.ok = () => 'well';
