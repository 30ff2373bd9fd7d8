// Lists the keys of a proxy that claims a great many (trap 6: native code that looks at the clock late).
exports.attack = () => { const keys = Array.from({ length: 100_000 }, (_, i) => 'k' + i); for (;;) Reflect.ownKeys(new Proxy({}, { ownKeys: () => keys })); };
exports.ok = () => 'well';
