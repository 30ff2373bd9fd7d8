// Returns things with a `then` of their own.
const things = {
  'resolves twice': () => ({ then(ok) { ok(1); ok(2); } }),
  'throws after resolving': () => ({ then(ok) { ok(1); throw new Error('late'); } }),
  'resolves after throwing': () => ({ then(ok) { Promise.resolve().then(() => ok(2)); throw new Error('first'); } }),
  'rejects after resolving': () => ({ then(ok, no) { ok(1); no(new Error('late')); } }),
  'resolves with a thenable': () => ({ then(ok) { ok({ then(again) { again(3); } }); } }),
  'never calls back': () => ({ then() {} }),
  'resolves with itself': () => { const t = { then(ok) { ok(t); } }; return t; },
  'a promise resolved with itself': () => { let done; const p = new Promise((ok) => { done = ok; }); done(p); return p; },
  'a getter that changes': () => { let n = 0; return { get then() { return n++ ? undefined : (ok) => ok(4); }, value: 5 }; },
  'a getter that throws': () => ({ get then() { throw new Error('no then'); } }),
  'a subclass': () => { class Odd extends Promise { then(ok) { return super.then(() => ok?.('odd')); } } return Odd.resolve(1); },
  'a promise with another constructor': () => { const p = Promise.resolve(6); p.constructor = { [Symbol.species]: function () { throw new Error('species'); } }; return p; },
  'a function with then': () => Object.assign(() => {}, { then(ok) { ok(7); } }),
};
exports.names = () => Object.keys(things);
exports.attack = (name) => things[name]();
exports.ok = () => 'well';
