// Node's worker_threads: what a plugin costs that runs in a thread of the same process. Prints one JSON object; with `rounds`, one for
// each round asked for on standard input.
const { Worker, isMainThread, parentPort } = require('node:worker_threads');
const common = require('./common.js');

if (!isMainThread) {
  const { dispatch, batch } = common.compile();
  parentPort.on('message', (text) => parentPort.postMessage(text.charCodeAt(0) === 91 ? batch(text) : dispatch(text)));
  parentPort.postMessage('ready');
} else {
  (async () => {
    const start = () => new Promise((resolve) => { const worker = new Worker(__filename); worker.once('message', () => resolve(worker)); });
    const worker = await start();
    const waiting = [];
    worker.on('message', (message) => waiting.shift()(message));
    const call = (text) => new Promise((resolve) => { waiting.push(resolve); worker.postMessage(text); });
    if (process.argv[2] === 'rounds') { await common.answerRounds(call); process.exit(0); }
    const result = await common.measureAsync(call);
    result.start = await common.measureStart(start, (worker) => worker.terminate());
    result.memory = await common.measureMemory(start);
    console.log(JSON.stringify(result));
    process.exit(0);
  })();
}
