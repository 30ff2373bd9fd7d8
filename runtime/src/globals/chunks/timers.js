// setTimeout and its relatives, on top of the host's sleep (https://html.spec.whatwg.org/#timers).
import { pinPromise } from './promises.js';

const { Map, MapPrototypeDelete, MapPrototypeGet, MapPrototypeSet, ReflectApply, TypeError } = core.primordials;
const { globalObject, host } = core;

/// Longest delay in milliseconds, as in browsers; a longer one fires at once there, and is cut to this here.
const delayMax = 2 ** 31 - 1;
/// From this depth on, a timer set by a timer waits at least `nestedDelayMin` milliseconds.
const nestingFree = 5;
const nestedDelayMin = 4;

const waiting = new Map();
let lastId = 0;
let nesting = 0;

/// Longest single sleep the host gives, in milliseconds; longer delays are slept in pieces.
const sleepMax = 15 * 60 * 1000;

function start(timer) {
  const least = timer.nesting > nestingFree ? nestedDelayMin : 0;
  timer.left = timer.delay > least ? timer.delay : least;
  nap(timer);
}

function nap(timer) {
  const piece = timer.left < sleepMax ? timer.left : sleepMax;
  timer.left -= piece;
  const sleep = host.sleep(piece, timer.forget);
  timer.sleep = sleep;
  wait(timer, sleep.promise);
}

async function wait(timer, promise) {
  try {
    await pinPromise(promise);
  } catch (error) {
    // Refused: too many wait already, or the call that set it is over. There is no caller left to throw at.
    timer.forget();
    core.reportError(error);
    return;
  }
  if (MapPrototypeGet(waiting, timer.id) !== timer) return;
  if (timer.left > 0) {
    nap(timer);
    return;
  }
  if (!timer.repeats) MapPrototypeDelete(waiting, timer.id);
  nesting = timer.nesting;
  try {
    ReflectApply(timer.callback, globalObject, timer.values);
  } catch (error) {
    core.reportError(error);
  }
  nesting = 0;
  if (timer.repeats && MapPrototypeGet(waiting, timer.id) === timer) {
    timer.nesting++;
    start(timer);
  }
}

function stop(id) {
  const timer = MapPrototypeGet(waiting, id);
  if (timer === undefined) return;
  MapPrototypeDelete(waiting, id);
  timer.sleep.cancel();
}

function add(name, callback, delay, values, repeats) {
  if (typeof callback !== 'function') throw new TypeError(`${name}: the callback must be a function`);
  delay = +delay;
  delay = delay > 0 ? (delay < delayMax ? delay : delayMax) : 0;
  const id = ++lastId;
  // The host calls `forget` for a timer that it drops with the call it belongs to; the sleep's promise never settles then.
  const forget = () => MapPrototypeDelete(waiting, id);
  const timer = { __proto__: null, id, callback, delay, values, repeats, nesting: nesting + 1, left: 0, sleep: undefined, forget };
  start(timer);
  MapPrototypeSet(waiting, id, timer);
  return id;
}

export const timers = {
  setTimeout(callback, delay = 0, ...values) {
    return add('setTimeout', callback, delay, values, false);
  },
  setInterval(callback, delay = 0, ...values) {
    return add('setInterval', callback, delay, values, true);
  },
  clearTimeout(id = 0) {
    stop(+id);
  },
  clearInterval(id = 0) {
    stop(+id);
  },
};
