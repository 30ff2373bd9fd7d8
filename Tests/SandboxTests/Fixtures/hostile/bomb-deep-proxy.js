// A chain of proxies, each asking the next.
exports.attack = () => { let p = {}; for (let i = 0; i < 50_000; i++) p = new Proxy(p, {}); return p.x ?? 'end'; };
exports.ok = () => 'well';
