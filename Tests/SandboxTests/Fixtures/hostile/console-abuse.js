// Logs things that throw when they are looked at.
exports.attack = () => {
  const bad = new Proxy({}, { get() { throw new Error('looked'); }, ownKeys() { throw new Error('keys'); }, getPrototypeOf() { throw new Error('proto'); } });
  const { proxy, revoke } = Proxy.revocable({}, {}); revoke();
  const deep = {}; let at = deep; for (let i = 0; i < 10_000; i++) at = at.a = {};
  const round = {}; round.round = round;
  for (const thing of [bad, proxy, deep, round, { get a() { throw 1; } }, Symbol('s'), 10n, () => {}, new Map([[bad, bad]]), 'x'.repeat(100_000), { toString() { throw 1; } }, { [Symbol.toPrimitive]() { throw 1; } }, '%s %d %o %c %%', Object.create(null)]) {
    console.log(thing); console.log('%s', thing); console.error(thing, thing); console.table?.(thing); console.dir?.(thing); console.assert?.(false, thing);
  }
  console.count?.('x'.repeat(10_000)); console.time?.(); console.timeEnd?.(); console.group?.(bad); console.trace?.(bad);
  return 'logged';
};
exports.ok = () => 'well';
