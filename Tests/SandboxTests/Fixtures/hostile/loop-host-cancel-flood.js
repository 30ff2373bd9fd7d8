// Opens and cancels host calls without end: a stream of valid messages that keeps the hub's reader busy.
const { host } = require('test:host');
exports.attack = () => {
  const signal = { aborted: false, addEventListener(_, f) { signal.fire = f; }, removeEventListener() {}, reason: 'gone' };
  for (;;) { host.call('test.never', null, { signal }).catch(() => {}); signal.fire(); }
};
exports.ok = () => 'well';
