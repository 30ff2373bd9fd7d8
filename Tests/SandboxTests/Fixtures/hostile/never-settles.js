// Gives back something that nothing will ever settle. The argument says what.
const { host } = require('test:host');
const things = {
  'a promise': () => new Promise(() => {}),
  'a thenable': () => ({ then() {} }),
  'an async function that waits': async () => { await new Promise(() => {}); },
  'a host call without an answer': () => host.call('test.never', null),
  'a timer that was taken back': () => new Promise((resolve) => { clearTimeout(setTimeout(resolve, 1)); }),
  'a circle of promises': () => { let a, b; a = new Promise((ok) => queueMicrotask(() => ok(b))); b = new Promise((ok) => queueMicrotask(() => ok(a))); return a; },
  'a finally that waits': async () => { try { throw new Error('lost'); } finally { await new Promise(() => {}); } },
};
exports.names = () => Object.keys(things);
exports.attack = (name) => things[name]();
exports.items = async function* (name) { yield 1; yield await things[name](); };
exports.ok = () => 'well';
