// isolated-vm, where the variable ISOLATED_VM names the folder of a built one.
const ivm = require(process.env.ISOLATED_VM);
const common = require('./common.js');

(async () => {
  const make = () => {
    const isolate = new ivm.Isolate({ memoryLimit: 128 });
    const context = isolate.createContextSync();
    context.evalSync(common.source);
    const get = (name) => context.global.getSync(name, { reference: true });
    return { isolate, context, dispatch: get('dispatch'), batch: get('batch') };
  };
  const { context, dispatch, batch } = make();
  const call = (text) => (text.charCodeAt(0) === 91 ? batch : dispatch).apply(undefined, [text]);
  const result = await common.measureAsync(call);
  result.sync = common.measureSync((text) => dispatch.applySync(undefined, [text]), (text) => batch.applySync(undefined, [text]));
  context.global.setSync('host', new ivm.Callback((value) => value + 1));
  context.evalSync('function loop(n) { let t = 0; for (let i = 0; i < n; i++) t += host(i); return t; }');
  const loop = context.global.getSync('loop', { reference: true });
  const each = [];
  for (let i = 0; i < 5; i++) { const t = process.hrtime.bigint(); loop.applySync(undefined, [20000]); each.push(Number(process.hrtime.bigint() - t) / 1e3 / 20000); }
  result.hostCall = each.sort((a, b) => a - b)[2];
  result.start = await common.measureStart(async () => make(), async ({ isolate }) => isolate.dispose());
  console.log(JSON.stringify(result));
  process.exit(0);
})();
