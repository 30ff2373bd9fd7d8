// Node's vm: a context in the same thread, without isolation. A lower bound for a call, not a sandbox.
const vm = require('node:vm');
const common = require('./common.js');

const make = () => { const context = vm.createContext({}); vm.runInContext(common.source, context); return context; };
const context = make();
const result = common.measureSync(context.dispatch, context.batch);
common.measureStart(async () => make(), async () => {}).then((start) => { result.start = start; console.log(JSON.stringify(result)); });
