// Takes the second argument apart and keeps it for later.
let kept;
const { host } = require('test:host');
exports.attack = (x, context) => {
  const said = [];
  const attempt = (f) => { try { said.push(typeof f()); } catch (error) { said.push(error.name); } };
  const Class = context.constructor;
  attempt(() => new Class(12345).signal);
  attempt(() => new Class({ valueOf() { throw 1; } }).signal);
  attempt(() => Class.abort({}));
  attempt(() => Class.prototype.__lookupGetter__('log').call({}));
  attempt(() => Class.prototype.__lookupGetter__('signal').call(context));
  attempt(() => Object.getOwnPropertySymbols(context).length + Reflect.ownKeys(context).length);
  kept = context;
  return said;
};
exports.forge = async (x, context) => {
  const Class = context.constructor;
  // A context with the id of no call of ours: nothing it asks may be charged to somebody else.
  const out = [];
  for (const id of [0, 1, 1023, 4294967295, 1024, 1025, -1, NaN, '1']) {
    try { await new Class(id).state.get('x'); out.push('answered'); } catch (error) { out.push(error.code ?? error.name); }
  }
  return out;
};
exports.late = async () => { try { await kept.state.get('x'); return 'answered'; } catch (error) { return error.code ?? error.name; } };
exports.ok = () => 'well';
