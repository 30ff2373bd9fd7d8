// A plain Node child process over a pipe, a line a message: what many plugin systems do.
const { spawn } = require('node:child_process');
const readline = require('node:readline');
const common = require('./common.js');

if (process.argv[2] === 'child') {
  const { dispatch, batch } = common.compile();
  readline.createInterface({ input: process.stdin }).on('line', (line) => process.stdout.write((line.charCodeAt(0) === 91 ? batch(line) : dispatch(line)) + '\n'));
  process.stdout.write('ready\n');
} else {
  (async () => {
    const start = () => new Promise((resolve) => {
      const child = spawn(process.execPath, [__filename, 'child'], { stdio: ['pipe', 'pipe', 'inherit'] });
      const lines = readline.createInterface({ input: child.stdout });
      lines.once('line', () => resolve({ child, lines }));
    });
    const { child, lines } = await start();
    const waiting = [];
    lines.on('line', (line) => waiting.shift()(line));
    const call = (text) => new Promise((resolve) => { waiting.push(resolve); child.stdin.write(text + '\n'); });
    const result = await common.measureAsync(call);
    result.memory = { privateEach: common.dirty(child.pid) };
    child.kill();
    result.start = await common.measureStart(start, async ({ child }) => { child.kill(); });
    console.log(JSON.stringify(result));
    process.exit(0);
  })();
}
