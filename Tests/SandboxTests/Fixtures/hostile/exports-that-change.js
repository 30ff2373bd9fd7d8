// Exports a proxy that is something else at every look.
let looks = 0;
module.exports = new Proxy({ ok: () => 'well', attack: () => 'attack' }, {
  ownKeys() { looks++; return looks % 2 ? ['ok', 'attack'] : ['ok']; },
  get(target, key) { if (key === 'gone') return looks++ % 2 ? undefined : () => 'here'; if (key === 'throws') throw new TypeError('no export for you'); return target[key]; },
});
