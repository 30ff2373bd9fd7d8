// What all peers share: the plugin, its argument, and how a series is measured. The Swift side measures in the same way.
const fs = require('node:fs');

exports.source = `
const W = { like: 2, repost: 3, reply: 1 };
function run(input) { let s = input.score * 0.5 + input.text.length * 0.01; for (const t of input.tags) s += W[t] || 1; if (input.flags.urgent) s *= 2; return s; }
function dispatch(text) { return String(run(JSON.parse(text))); }
function batch(text) { return JSON.stringify(JSON.parse(text).map(run)); }
`;
exports.argument = '{"id":"msg_01HZX3K9Q2","author":"user-4821","score":0.7312,"text":"The quick brown fox jumps over the lazy dog near the river bank today","tags":["like","repost","news"],"flags":{"urgent":false,"nsfw":false},"ts":1750000000}';
exports.compile = () => new Function(exports.source + '; return { run, dispatch, batch };')();

const BATCH = 256, IN_FLIGHT = 64, ROUNDS = 5;
const list = '[' + Array(BATCH).fill(exports.argument).join(',') + ']';
const now = () => process.hrtime.bigint();

function summary(each, total, items = 1) {
  each.sort((a, b) => a - b);
  const at = (share) => each[Math.min(each.length - 1, Math.floor(each.length * share))] / 1e3 / items;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), rate: each.length * items / (total / 1e9) };
}
const middle = (rounds) => rounds.sort((a, b) => a.rate - b.rate)[rounds.length >> 1];

async function series(count, items, body) {
  const each = new Float64Array(count), start = now();
  let last = start;
  for (let i = 0; i < count; i++) { await body(); const t = now(); each[i] = Number(t - last); last = t; }
  return summary(each, Number(last - start), items);
}
function seriesSync(count, items, body) {
  const each = new Float64Array(count), start = now();
  let last = start;
  for (let i = 0; i < count; i++) { body(); const t = now(); each[i] = Number(t - last); last = t; }
  return summary(each, Number(last - start), items);
}
async function crowd(total, call) {
  let sent = 0, done = 0;
  const start = now();
  await new Promise((resolve) => {
    const go = () => { while (sent < total && sent - done < IN_FLIGHT) { sent++; call(exports.argument).then(() => { if (++done === total) resolve(); else go(); }); } };
    go();
  });
  return { p50: 0, p95: 0, p99: 0, rate: total / (Number(now() - start) / 1e9) };
}

const rounds = {
  one: (call) => series(8000, 1, () => call(exports.argument)),
  many: (call) => crowd(64000, call),
  batch: (call) => series(300, BATCH, () => call(list)),
};
const warmUp = async (call) => { for (let i = 0; i < 10000; i++) await call(exports.argument); };
// One round for each line of standard input that names it, until that ends.
exports.answerRounds = async (call) => {
  await warmUp(call);
  for await (const line of require('node:readline').createInterface({ input: process.stdin })) console.log(JSON.stringify(await rounds[line](call)));
};
exports.measureAsync = async (call) => {
  await warmUp(call);
  const one = [], many = [], batches = [];
  for (let i = 0; i < ROUNDS; i++) one.push(await rounds.one(call));
  for (let i = 0; i < ROUNDS; i++) many.push(await rounds.many(call));
  for (let i = 0; i < ROUNDS; i++) batches.push(await rounds.batch(call));
  return { one: middle(one), many: middle(many), batch: middle(batches) };
};
exports.measureSync = (dispatch, batch) => {
  for (let i = 0; i < 20000; i++) dispatch(exports.argument);
  const one = [], batches = [];
  for (let i = 0; i < ROUNDS; i++) one.push(seriesSync(50000, 1, () => dispatch(exports.argument)));
  for (let i = 0; i < ROUNDS; i++) batches.push(seriesSync(300, BATCH, () => batch(list)));
  return { one: middle(one), batch: middle(batches) };
};
exports.measureStart = async (start, end) => {
  const each = [];
  for (let i = 0; i < 20; i++) { const t = now(); const one = await start(); each.push(Number(now() - t)); await end(one); }
  return summary(each, 1);
};
const dirty = (pid) => { const text = fs.readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'); return +/Private_Dirty:\s+(\d+)/.exec(text)[1] / 1024; };
exports.measureMemory = async (start) => {
  const before = dirty('self'), kept = [];
  for (let i = 0; i < 10; i++) kept.push(await start());
  const each = (dirty('self') - before) / kept.length;
  return { privateEach: each };
};
exports.dirty = dirty;
