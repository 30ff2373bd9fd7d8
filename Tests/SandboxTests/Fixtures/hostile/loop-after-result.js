// Answers properly and goes on for ever behind the hub's back.
exports.attack = async () => { Promise.resolve().then(() => 0).then(() => 0).then(() => 0).then(() => 0).then(() => { for (;;); }); return 'done'; };
exports.ok = () => 'well';
