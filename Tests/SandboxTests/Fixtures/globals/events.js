// Event, EventTarget, AbortController, AbortSignal, DOMException: https://dom.spec.whatwg.org/, https://webidl.spec.whatwg.org/
import { ok, same, suite, throws } from './check.js';

const { test, report } = suite();
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

test('listeners are called in order, once each, with the target as this', () => {
  const target = new EventTarget();
  const seen = [];
  const listener = function (event) {
    seen.push(['f', this === target, event.type, event.target === target, event.currentTarget === target, event.eventPhase]);
  };
  target.addEventListener('x', listener);
  target.addEventListener('x', listener);
  target.addEventListener('x', { handleEvent() { seen.push(['o', Object.keys(this)]); } });
  target.addEventListener('x', null);
  const event = new Event('x');
  same(target.dispatchEvent(event), true);
  same(seen, [['f', true, 'x', true, true, 2], ['o', ['handleEvent']]]);
  same([event.target === target, event.currentTarget, event.eventPhase], [true, null, 0]);
});

test('once, removal, and changes during a dispatch', () => {
  const target = new EventTarget();
  const seen = [];
  const late = () => seen.push('late');
  target.addEventListener('x', () => {
    seen.push('once');
    target.removeEventListener('x', removed);
    target.addEventListener('x', late);
  }, { once: true });
  const removed = () => seen.push('removed');
  target.addEventListener('x', removed);
  target.dispatchEvent(new Event('x'));
  same(seen, ['once']);
  target.dispatchEvent(new Event('x'));
  same(seen, ['once', 'late']);
});

test('capture tells listeners apart', () => {
  const target = new EventTarget();
  let count = 0;
  const listener = () => count++;
  target.addEventListener('x', listener, true);
  target.addEventListener('x', listener, { capture: false });
  target.removeEventListener('x', listener);
  target.dispatchEvent(new Event('x'));
  same(count, 1);
});

test('preventDefault needs a cancelable event and no passive listener', () => {
  const target = new EventTarget();
  target.addEventListener('a', (event) => event.preventDefault());
  target.addEventListener('b', (event) => event.preventDefault(), { passive: true });
  same(target.dispatchEvent(new Event('a')), true);
  const event = new Event('a', { cancelable: true });
  same(target.dispatchEvent(event), false);
  same(event.defaultPrevented, true);
  same(target.dispatchEvent(new Event('b', { cancelable: true })), true);
});

test('stopImmediatePropagation and a throwing listener', () => {
  const target = new EventTarget();
  const seen = [];
  target.addEventListener('x', () => {
    seen.push(1);
    throw new Error('expected in the log: from a listener');
  });
  target.addEventListener('x', (event) => {
    seen.push(2);
    event.stopImmediatePropagation();
  });
  target.addEventListener('x', () => seen.push(3));
  target.dispatchEvent(new Event('x'));
  same(seen, [1, 2]);
});

test('an event cannot be dispatched inside itself', () => {
  const target = new EventTarget();
  let error;
  target.addEventListener('x', (event) => {
    error = throws(() => target.dispatchEvent(event), 'InvalidStateError');
  });
  target.dispatchEvent(new Event('x'));
  ok(error instanceof DOMException);
  throws(() => target.dispatchEvent({ type: 'x' }), 'TypeError');
  throws(() => new Event(), 'TypeError');
  throws(() => target.addEventListener('x', 'text'), 'TypeError');
});

test('CustomEvent and subclasses', () => {
  same(new CustomEvent('x', { detail: { a: 1 } }).detail, { a: 1 });
  same(new CustomEvent('x').detail, null);
  class Mine extends Event {
    extra = 1;
  }
  const target = new (class extends EventTarget {})();
  let got;
  target.addEventListener('m', (event) => (got = event.extra));
  target.dispatchEvent(new Mine('m'));
  same(got, 1);
  same([Event.AT_TARGET, new Event('x').NONE], [2, 0]);
  ok(new Event('x').timeStamp > 0);
});

test('a controller aborts its signal once', () => {
  const controller = new AbortController();
  const { signal } = controller;
  const seen = [];
  signal.onabort = (event) => seen.push(`on${event.type}`);
  signal.addEventListener('abort', () => seen.push('listener'));
  same([signal.aborted, signal.reason], [false, undefined]);
  signal.throwIfAborted();
  controller.abort('why');
  controller.abort('again');
  same([signal.aborted, signal.reason], [true, 'why']);
  same(seen, ['onabort', 'listener']);
  let thrown;
  try {
    signal.throwIfAborted();
  } catch (error) {
    thrown = error;
  }
  same(thrown, 'why');
});

test('the reason is an AbortError unless given', () => {
  const controller = new AbortController();
  controller.abort();
  const { reason } = controller.signal;
  same([reason instanceof DOMException, reason.name, reason.code], [true, 'AbortError', 20]);
  same(AbortSignal.abort().reason.name, 'AbortError');
  same(AbortSignal.abort(5).reason, 5);
  throws(() => new AbortSignal(), 'TypeError');
});

test('onabort can be replaced and removed', () => {
  const controller = new AbortController();
  const seen = [];
  controller.signal.onabort = () => seen.push(1);
  controller.signal.onabort = () => seen.push(2);
  same(typeof controller.signal.onabort, 'function');
  controller.abort();
  same(seen, [2]);
  const other = new AbortController();
  other.signal.onabort = () => seen.push(3);
  other.signal.onabort = null;
  same(other.signal.onabort, null);
  other.abort();
  same(seen, [2]);
});

test('a timeout aborts with a TimeoutError', async () => {
  const signal = AbortSignal.timeout(5);
  same(signal.aborted, false);
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
  same([signal.aborted, signal.reason.name], [true, 'TimeoutError']);
  throws(() => AbortSignal.timeout(-1), 'TypeError');
});

test('any follows the first of its signals, through other any', async () => {
  const [a, b] = [new AbortController(), new AbortController()];
  const one = AbortSignal.any([a.signal, b.signal]);
  const two = AbortSignal.any([one, AbortSignal.timeout(1000)]);
  const seen = [];
  one.addEventListener('abort', () => seen.push(['one', two.aborted]));
  two.addEventListener('abort', () => seen.push(['two', one.aborted]));
  b.abort('b');
  a.abort('a');
  same(seen, [['one', true], ['two', true]]);
  same([one.reason, two.reason], ['b', 'b']);
  same(AbortSignal.any([AbortSignal.abort(1), a.signal]).reason, 1);
  same(AbortSignal.any([]).aborted, false);
  throws(() => AbortSignal.any([{}]), 'TypeError');
  await sleep(0);
});

test('a signal removes listeners', () => {
  const target = new EventTarget();
  const controller = new AbortController();
  let count = 0;
  target.addEventListener('x', () => count++, { signal: controller.signal });
  target.dispatchEvent(new Event('x'));
  controller.abort();
  target.dispatchEvent(new Event('x'));
  target.addEventListener('x', () => count++, { signal: controller.signal });
  target.dispatchEvent(new Event('x'));
  same(count, 1);
});

test('DOMException', () => {
  const error = new DOMException('text', 'NotFoundError');
  ok(error instanceof Error && error instanceof DOMException);
  same([error.name, error.message, error.code, `${error}`], ['NotFoundError', 'text', 8, 'NotFoundError: text']);
  same([new DOMException().name, new DOMException('x').code, DOMException.DATA_CLONE_ERR, error.ABORT_ERR], ['Error', 0, 25, 20]);
  same(new DOMException('x', { name: 'Mine', cause: 1 }).cause, 1);
  ok(typeof error.stack === 'string');
  same(Object.prototype.toString.call(error), '[object DOMException]');
});

export const run = report;
