// Streams: https://streams.spec.whatwg.org/
import { ok, same, suite, throws } from './check.js';

const { test, report } = suite();
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const of = (...items) => new ReadableStream({ start(c) { items.forEach((item) => c.enqueue(item)); c.close(); } });
const collect = async (stream) => {
  const items = [];
  for await (const item of stream) items.push(item);
  return items;
};

test('chunks come out in order, then the end', async () => {
  const reader = of('a', 'b').getReader();
  same(await reader.read(), { value: 'a', done: false });
  same(await reader.read(), { value: 'b', done: false });
  same(await reader.read(), { done: true });
  same(await reader.closed, undefined);
});

test('pull is called when there is room, and waits for its promise', async () => {
  let pulled = 0;
  const stream = new ReadableStream({
    async pull(controller) {
      pulled++;
      await sleep(1);
      controller.enqueue(pulled);
      if (pulled === 5) controller.close();
    },
  }, { highWaterMark: 2 });
  // Until the state is there, however busy the machine; then long enough for a third pull to show itself.
  for (let i = 0; i < 500 && pulled < 2; i++) await sleep(2);
  await sleep(20);
  same(pulled, 2);
  same(await collect(stream), [1, 2, 3, 4, 5]);
});

test('desiredSize follows the strategy', () => {
  let controller;
  const stream = new ReadableStream({ start(c) { controller = c; } }, { highWaterMark: 10, size: (chunk) => chunk.length });
  controller.enqueue('abc');
  same(controller.desiredSize, 7);
  controller.close();
  throws(() => controller.enqueue('x'), 'TypeError');
  throws(() => controller.close(), 'TypeError');
  ok(!stream.locked);
});

test('a failing size, start or pull fails the stream', async () => {
  await throws(() => new ReadableStream({ start() { return Promise.reject(new RangeError('s')); } }).getReader().read(), 'RangeError');
  await throws(() => new ReadableStream({ pull() { throw new RangeError('p'); } }).getReader().read(), 'RangeError');
  let controller;
  const stream = new ReadableStream({ start(c) { controller = c; } }, { size: () => -1 });
  throws(() => controller.enqueue(1), 'RangeError');
  await throws(() => stream.getReader().read(), 'RangeError');
  throws(() => new ReadableStream({ start() { throw new EvalError('now'); } }), 'EvalError');
});

test('error reaches reads that wait and reads that come', async () => {
  let controller;
  const reader = new ReadableStream({ start(c) { controller = c; } }).getReader();
  const waiting = throws(() => reader.read(), 'RangeError');
  controller.error(new RangeError('x'));
  await waiting;
  await throws(() => reader.read(), 'RangeError');
  await throws(() => reader.closed, 'RangeError');
});

test('cancel reaches the source with its reason', async () => {
  let reason;
  const stream = new ReadableStream({ cancel(given) { reason = given; } });
  await stream.cancel('enough');
  same(reason, 'enough');
  same((await stream.getReader().read()).done, true);
  await throws(() => new ReadableStream({ cancel() { throw new RangeError('c'); } }).cancel(), 'RangeError');
});

test('a locked stream refuses others; release gives it back', async () => {
  const stream = of(1, 2);
  const reader = stream.getReader();
  same(stream.locked, true);
  throws(() => stream.getReader(), 'TypeError');
  await throws(() => stream.cancel(), 'TypeError');
  same((await reader.read()).value, 1);
  reader.releaseLock();
  await throws(() => reader.read(), 'TypeError');
  await throws(() => reader.closed, 'TypeError');
  same(await collect(stream), [2]);
  const pending = new ReadableStream().getReader();
  const read = throws(() => pending.read(), 'TypeError');
  pending.releaseLock();
  await read;
});

test('leaving a loop cancels, unless asked not to', async () => {
  let canceled = 0;
  const make = () => new ReadableStream({ pull(c) { c.enqueue(1); }, cancel() { canceled++; } });
  const first = make();
  for await (const item of first) {
    same(item, 1);
    break;
  }
  same([canceled, first.locked], [1, false]);
  const second = make();
  for await (const item of second.values({ preventCancel: true })) {
    same(item, 1);
    break;
  }
  same([canceled, second.locked], [1, false]);
});

test('iterators answer calls in order', async () => {
  const iterator = of(1, 2)[Symbol.asyncIterator]();
  const results = await Promise.all([iterator.next(), iterator.next(), iterator.next(), iterator.return('r')]);
  same(JSON.stringify(results), '[{"value":1,"done":false},{"value":2,"done":false},{"done":true},{"value":"r","done":true}]');
  same(typeof iterator[Symbol.asyncIterator], 'function');
});

test('tee gives both branches everything', async () => {
  const [a, b] = of(1, 2, 3).tee();
  same(await Promise.all([collect(a), collect(b)]), [[1, 2, 3], [1, 2, 3]]);
  let reason;
  const [c, d] = new ReadableStream({ cancel(given) { reason = given; } }).tee();
  const first = c.cancel(1);
  await d.cancel(2);
  await first;
  same(reason, [1, 2]);
  const [e, f] = new ReadableStream({ pull() { throw new RangeError('x'); } }).tee();
  await throws(() => collect(e), 'RangeError');
  await throws(() => collect(f), 'RangeError');
});

test('from takes iterables of both kinds', async () => {
  same(await collect(ReadableStream.from([1, Promise.resolve(2)])), [1, 2]);
  let ended = false;
  async function* generate() {
    try {
      yield 1;
      yield 2;
    } finally {
      ended = true;
    }
  }
  const reader = ReadableStream.from(generate()).getReader();
  same((await reader.read()).value, 1);
  await reader.cancel();
  ok(ended, 'the generator was ended');
  throws(() => ReadableStream.from({}), 'TypeError');
});

test('writes are done one after the other, with back-pressure', async () => {
  const log = [];
  const stream = new WritableStream({
    start() { log.push('start'); },
    async write(chunk) {
      log.push(`begin ${chunk}`);
      await sleep(1);
      log.push(`end ${chunk}`);
    },
    close() { log.push('close'); },
  }, { highWaterMark: 2 });
  const writer = stream.getWriter();
  same(writer.desiredSize, 2);
  const [first, second] = [writer.write('a'), writer.write('b')];
  same(writer.desiredSize, 0);
  await writer.ready;
  await Promise.all([first, second, writer.close(), writer.closed]);
  same(log, ['start', 'begin a', 'end a', 'begin b', 'end b', 'close']);
  await throws(() => writer.write('c'), 'TypeError');
  await throws(() => writer.close(), 'TypeError');
  same(writer.desiredSize, 0);
});

test('a failing write fails the stream', async () => {
  const stream = new WritableStream({ write() { throw new RangeError('disk full'); } });
  const writer = stream.getWriter();
  await throws(() => writer.write(1), 'RangeError');
  await throws(() => writer.write(2), 'RangeError');
  await throws(() => writer.closed, 'RangeError');
  await throws(() => writer.ready, 'RangeError');
  same(writer.desiredSize, null);
});

test('abort drops what waits and tells the sink, whose signal fires first', async () => {
  const log = [];
  let release;
  const stream = new WritableStream({
    start(controller) { controller.signal.addEventListener('abort', () => log.push(`signal ${controller.signal.reason}`)); },
    write(chunk) {
      log.push(chunk);
      return new Promise((resolve) => (release = resolve));
    },
    abort(reason) { log.push(`abort ${reason}`); },
  }, { highWaterMark: 5 });
  const writer = stream.getWriter();
  const first = writer.write('a');
  const second = throws(async () => {
    try {
      await writer.write('b');
    } catch (error) {
      throw new EvalError(error);
    }
  }, 'EvalError');
  await sleep(1);
  const aborted = writer.abort('why');
  release();
  await Promise.all([first, second, aborted]);
  same(log, ['a', 'signal why', 'abort why']);
});

test('the controller of a sink may fail the stream', async () => {
  let controller;
  const writer = new WritableStream({ start(c) { controller = c; } }).getWriter();
  controller.error(new RangeError('x'));
  await throws(() => writer.closed, 'RangeError');
  await throws(() => writer.write(1), 'RangeError');
});

test('writers can be released and taken again', async () => {
  const seen = [];
  const stream = new WritableStream({ write(chunk) { seen.push(chunk); } });
  const writer = stream.getWriter();
  await writer.write(1);
  writer.releaseLock();
  await throws(() => writer.write(2), 'TypeError');
  throws(() => writer.desiredSize, 'TypeError');
  const next = stream.getWriter();
  await next.write(3);
  await next.close();
  same(seen, [1, 3]);
  await throws(() => stream.close(), 'TypeError');
});

test('pipeTo moves everything and closes', async () => {
  const seen = [];
  const source = of(1, 2, 3);
  const destination = new WritableStream({ async write(chunk) { await sleep(1); seen.push(chunk); }, close() { seen.push('end'); } });
  same(await source.pipeTo(destination), undefined);
  same(seen, [1, 2, 3, 'end']);
  same([source.locked, destination.locked], [false, false]);
});

test('pipeTo passes errors both ways', async () => {
  let aborted, canceled;
  const failing = new ReadableStream({ start(c) { c.enqueue(1); }, pull() { throw new RangeError('source'); } });
  await throws(() => failing.pipeTo(new WritableStream({ abort(reason) { aborted = reason.message; } })), 'RangeError');
  same(aborted, 'source');
  const source = new ReadableStream({ pull(c) { c.enqueue(1); }, cancel(reason) { canceled = reason.message; } });
  await throws(() => source.pipeTo(new WritableStream({ write() { throw new EvalError('sink'); } })), 'EvalError');
  same(canceled, 'sink');
});

test('pipeTo leaves open what it is asked to', async () => {
  const seen = [];
  const destination = new WritableStream({ write(chunk) { seen.push(chunk); } });
  await of(1).pipeTo(destination, { preventClose: true });
  await of(2).pipeTo(destination);
  same(seen, [1, 2]);
  const source = new ReadableStream({ pull(c) { c.enqueue(1); } });
  await throws(() => source.pipeTo(new WritableStream({ write() { throw new RangeError('x'); } }), { preventCancel: true }), 'RangeError');
  same((await source.getReader().read()).value, 1);
});

test('a signal stops a pipe', async () => {
  const controller = new AbortController();
  let canceled, aborted;
  const source = new ReadableStream({ async pull(c) { await sleep(1); c.enqueue(1); }, cancel(reason) { canceled = reason; } });
  const done = source.pipeTo(new WritableStream({ abort(reason) { aborted = reason; } }), { signal: controller.signal });
  await sleep(5);
  const reason = new RangeError('stop');
  controller.abort(reason);
  await throws(() => done, 'RangeError');
  same([canceled, aborted], [reason, reason]);
  await throws(() => of(1).pipeTo(new WritableStream(), { signal: AbortSignal.abort() }), 'AbortError');
});

test('a transform changes, adds and swallows chunks', async () => {
  const doubled = of(1, 2, 3).pipeThrough(new TransformStream({
    start(c) { c.enqueue('first'); },
    async transform(chunk, c) {
      await sleep(1);
      if (chunk === 2) return;
      c.enqueue(chunk);
      c.enqueue(chunk * 10);
    },
    flush(c) { c.enqueue('last'); },
  }));
  same(await collect(doubled), ['first', 1, 10, 3, 30, 'last']);
  same(await collect(of('a').pipeThrough(new TransformStream())), ['a']);
});

test('a failing transform fails both sides', async () => {
  const { readable, writable } = new TransformStream({ transform() { throw new RangeError('t'); } });
  const writer = writable.getWriter();
  const write = throws(() => writer.write(1), 'RangeError');
  await throws(() => readable.getReader().read(), 'RangeError');
  await write;
  await throws(() => writer.closed, 'RangeError');
});

test('terminate, cancel and abort of a transform', async () => {
  same(await collect(of(1, 2, 3).pipeThrough(new TransformStream({ transform(chunk, c) { c.enqueue(chunk); c.terminate(); } })).pipeThrough(new TransformStream())), [1]);
  let reason;
  const transform = new TransformStream({ cancel(given) { reason = given; } });
  await transform.readable.cancel('r');
  same(reason, 'r');
  const other = new TransformStream({ cancel(given) { reason = given; } });
  await other.writable.abort('w');
  same(reason, 'w');
});

test('text goes through coders cut anywhere', async () => {
  const bytes = await collect(of('a\ud83d', '\ude00€', '\ud800').pipeThrough(new TextEncoderStream()));
  same(bytes.map((piece) => [...piece].join(' ')), ['97', '240 159 152 128 226 130 172', '239 191 189']);
  const pieces = [...new TextEncoder().encode('a€😀')].map((byte) => new Uint8Array([byte]));
  same((await collect(of(...pieces).pipeThrough(new TextDecoderStream()))).join('|'), 'a|€|😀');
  await throws(() => collect(of(new Uint8Array([0xff])).pipeThrough(new TextDecoderStream('utf-8', { fatal: true }))), 'TypeError');
  same(new TextDecoderStream().encoding, 'utf-8');
});

test('strategies, byte sources and wrong arguments', async () => {
  same(new CountQueuingStrategy({ highWaterMark: 3 }).size('xx'), 1);
  same(new ByteLengthQueuingStrategy({ highWaterMark: 3 }).size(new Uint8Array(5)), 5);
  throws(() => new CountQueuingStrategy(), 'TypeError');
  throws(() => new ReadableStream({}, { highWaterMark: -1 }), 'RangeError');
  throws(() => new ReadableStream({ type: 'x' }), 'TypeError');
  throws(() => new ReadableStream({ pull: 1 }), 'TypeError');
  throws(() => new ReadableStreamDefaultController(), 'TypeError');
  throws(() => new ReadableStream({ type: 'bytes' }).getReader({ mode: 'byob' }), 'TypeError');
  same(await collect(new ReadableStream({ type: 'bytes', start(c) { c.enqueue(new Uint8Array([1])); c.close(); } })), [new Uint8Array([1])]);
  throws(() => new WritableStream({ type: 'bytes' }), 'RangeError');
  await throws(() => ReadableStreamDefaultReader.prototype.read.call({}), 'TypeError');
});

test('many chunks go through', async () => {
  let n = 0;
  const source = new ReadableStream({ pull(c) { if (n++ < 5000) c.enqueue(n); else c.close(); } });
  let sum = 0;
  for await (const item of source) sum += item;
  same(sum, 12_502_500);
  const many = new ReadableStream({ start(c) { for (let i = 0; i < 5000; i++) c.enqueue(i); c.close(); } });
  same((await collect(many)).length, 5000);
});

export const run = report;
