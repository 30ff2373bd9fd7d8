// Opens host calls by the plain host and by each module, all in one turn: none of the refusals can settle before the last is made.
const { host } = require('test:host');
const { state, time, http } = require('@patchbay/plugin');
const ways = {
  'the plain host': (i) => host.call('test.never', i),
  'state.get': () => state.get('k'),
  'state.set': () => state.set('k', 1),
  'state.delete': () => state.delete('k'),
  'time.sleep': () => time.sleep(3_600_000),
  'http.fetch': () => http.fetch('https://unanswered.test/'),
};
exports.names = () => Object.keys(ways);
exports.attack = async ([name, n]) => {
  const codes = {};
  let last;
  const count = (error) => { last = error; codes[error.code] = (codes[error.code] ?? 0) + 1; };
  for (let i = 0; i < n; i++) ways[name](i).catch(count);
  for (let i = 0; i < 10; i++) await null;
  const { message } = last;
  try { last.message = 'changed'; } catch { /* frozen */ }
  let next;
  await ways[name](n).catch((error) => { next = error; });
  return { codes, message, changed: next.message === 'changed' };
};
exports.uncaught = async ([name, n]) => {
  function flood() { let last; for (let i = 0; i < n; i++) { last?.catch(() => {}); last = ways[name](i); } return last; }
  await flood();
};
exports.ok = () => 'well';
