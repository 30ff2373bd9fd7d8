// Opens host calls, or timers, without ever waiting for one. The argument says how many.
const { host } = require('test:host');
const counting = () => {
  const codes = {};
  return { codes, count: (error) => { const code = error.code ?? error.name; codes[code] = (codes[code] ?? 0) + 1; } };
};
// Lets refusals settle now and then: the engine keeps every promise that was rejected until no promise job is left, and all of them
// at once need more memory than there is.
exports.calls = async (n) => {
  const { codes, count } = counting();
  for (let i = 0; i < n; i++) { host.call('test.never', i).catch(count); if (i % 1_000 === 0) await host.sleep(0).promise; }
  await null;
  return codes;
};
exports.callsAtOnce = async (n) => {
  const { codes, count } = counting();
  for (let i = 0; i < n; i++) host.call('test.never', i).catch(count);
  await null;
  return codes;
};
exports.timers = async (n) => {
  const { codes, count } = counting();
  for (let i = 0; i < n; i++) { try { setTimeout(() => {}, 3_600_000); } catch (error) { count(error); } if (i % 1_000 === 0) await host.call('test.echo', null); }
  await null;
  return codes;
};
exports.ok = () => 'well';
