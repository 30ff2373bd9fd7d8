// Requires what is not there, under names of every kind.
exports.attack = () => {
  const names = ['fs', 'node:fs', 'child_process', '../../etc/passwd', '/etc/passwd', 'patchbay:prelude', 'patchbay:chunks/url', '', '__proto__', 'constructor', 'toString',
    'hasOwnProperty', '@patchbay/plugin/../x', 'test:host\0', null, undefined, 7, {}, { toString: () => 'test:host' }, ['test:host'], Symbol('x'),
    new Proxy({}, { get() { throw new Error('no'); } })];
  return names.map((name) => { try { return typeof require(name); } catch (error) { return error.code ?? error.name; } });
};
exports.same = () => require('test:host') === require('test:host');
exports.properties = () => [typeof require.cache, typeof require.main, typeof require.resolve, typeof module.parent, typeof module.paths];
exports.ok = () => 'well';
