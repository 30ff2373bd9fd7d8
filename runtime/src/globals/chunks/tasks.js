// Timers, queueMicrotask and reportError.
import { timers } from './timers.js';

const { ReflectApply, TypeError } = core.primordials;

async function runSoon(callback) {
  await undefined;
  try {
    ReflectApply(callback, undefined, []);
  } catch (error) {
    core.reportError(error);
  }
}

const functions = {
  queueMicrotask(callback) {
    if (typeof callback !== 'function') throw new TypeError('queueMicrotask: the callback must be a function');
    runSoon(callback);
  },
  reportError(error) {
    if (arguments.length < 1) throw new TypeError('reportError needs 1 argument, but got 0');
    core.reportError(error);
  },
};

chunk.setTimeout = timers.setTimeout;
chunk.clearTimeout = timers.clearTimeout;
chunk.setInterval = timers.setInterval;
chunk.clearInterval = timers.clearInterval;
chunk.queueMicrotask = functions.queueMicrotask;
chunk.reportError = functions.reportError;
