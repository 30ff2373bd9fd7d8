// Takes the host object apart: prototypes, private state, constructors, functions called with other receivers and arguments.
const { host } = require('test:host');
exports.attack = async () => {
  const said = [];
  const attempt = async (f) => { try { said.push(String(await f())); } catch (error) { said.push(error?.name + ' ' + (error?.code ?? '')); } };
  await attempt(() => host.call.constructor('return typeof native')());
  await attempt(() => host.call.call(null, 'test.echo', 1));
  await attempt(() => Reflect.construct(host.call, ['test.echo']));
  await attempt(() => new host.callSync('test.echo'));
  await attempt(() => host.callSync());
  await attempt(() => host.callSync('test.echo', 10n));
  await attempt(() => host.callSync('test.echo', { get x() { throw new RangeError('mine'); } }));
  await attempt(() => host.callSync('test.echo', { toJSON: () => ({ a: 1 }) }).a);
  await attempt(() => host.callSync(Symbol('x')));
  await attempt(() => host.callSync({ toString() { throw new RangeError('mine'); } }));
  await attempt(() => host.call('test.echo', 1, { signal: { aborted: true, reason: 'because' } }));
  await attempt(() => host.call('test.echo', 1, { get signal() { throw new RangeError('mine'); } }));
  await attempt(() => host.call('test.echo', 1, { signal: { get aborted() { throw new RangeError('mine'); } } }));
  await attempt(() => host.call('test.echo', 1, { signal: { aborted: false } }));
  await attempt(() => host.callSync('test.echo', 5));
  return said;
};
exports.ok = () => 'well';
