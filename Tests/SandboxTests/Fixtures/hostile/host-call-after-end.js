// Leaves work behind that asks the hub for something after its call has ended.
const { host } = require('test:host');
const said = {};
const ask = async (how, on) => { said[how] = 'asked'; try { await on.call('test.late', how); said[how] = 'answered'; } catch (error) { said[how] = error.code ?? error.name; } };
let resolveLater;
exports.attack = () => {
  setTimeout(() => ask('timer', host), 1);
  host.call('test.slow', null).then(() => ask('answer', host));
  new Promise((resolve) => { resolveLater = resolve; }).then(() => ask('promise', host));
  return 'done';
};
// Asks from a later call, bound to the first: `host` itself is nobody's, and charged to whoever runs.
let kept;
exports.keep = (_, context) => { kept = context; };
exports.useKept = async () => {
  const codes = [];
  for (const use of [() => kept.state.get('late'), () => kept.state.set('late', 1), () => kept.time.sleep(1), () => kept.http.fetch('https://a.test')]) {
    try { await use(); codes.push('answered'); } catch (error) { codes.push(error.code ?? error.name); }
  }
  try { kept.state.getSync('late'); codes.push('answered'); } catch (error) { codes.push(error.code ?? error.name); }
  return codes;
};
exports.said = () => said;
exports.ok = () => 'well';
