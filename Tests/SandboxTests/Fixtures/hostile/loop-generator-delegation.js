// Delegates from generator to generator without an end.
exports.attack = () => { function* f() { for (;;) yield* [1, 2, 3]; } for (const _ of f()); };
exports.ok = () => 'well';
