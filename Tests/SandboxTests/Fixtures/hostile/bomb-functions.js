// Makes functions from text, each compiled anew.
exports.attack = () => { const all = []; for (let i = 0; ; i++) all.push(new Function('x', `return [x, ${i}, ${'1,'.repeat(200)}2]`)); };
exports.ok = () => 'well';
