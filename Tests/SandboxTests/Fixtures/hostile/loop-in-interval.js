// Answers the hub's timers with ever more timers, and never settles.
exports.attack = () => new Promise(() => { const again = () => { for (let i = 0; i < 1e5; i++); setTimeout(again, 0); }; again(); });
exports.ok = () => 'well';
