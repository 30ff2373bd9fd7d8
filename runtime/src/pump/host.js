// Host calls: the only way out of the worker. Each belongs to a call in flight and ends with it.
import { SafeMap, NativePromise, bareList, freeze, settle, stringify } from './intrinsics.js';
import { hostError, internal } from './errors.js';
import { HOST_CALL, HOST_CANCEL, NOTIFY, ERROR, SYNCHRONOUS } from './wire.js';

// Refusals for which a call gets an error of its own, with the place that asked.
const REFUSALS_WITH_PLACE = 64;

/// `calls` tells which calls live: `calls.current` (the one being worked on, 0 for none), `calls.isLive(id)`, `calls.any()`.
export function makeHost(native, calls, limits) {
  const open = new SafeMap();   // number -> { owner, timer, resolve, reject, release }
  const header = native.header;
  let lastNumber = 0, openTimers = 0;
  let refused = { count: 0, call: undefined, timer: undefined };   // since a call last ended

  const ended = () => internal('hostcall.no-call', 'This call has ended, and with it the right to ask the hub for anything. Do the work before the function returns or its promise settles.');
  const aborted = (signal) => signal.reason ?? internal('call.aborted', 'The operation was aborted.');

  // Work belongs to the call that caused it: the one being worked on, or, for a late continuation, the oldest in flight.
  function ownerFor(bound) {
    if (bound !== 0) return calls.isLive(bound) ? bound : 0;
    const current = calls.current;
    return current !== 0 && calls.isLive(current) ? current : calls.any();
  }

  function message(operation, args) {
    const json = args === undefined ? 'null' : stringify(args);
    return operation + '\n' + (json === undefined ? 'null' : json);
  }

  // A character takes at most three bytes; only texts near the limit are measured.
  function tooLong(body) {
    return body.length * 3 > limits.messageBytes && (body.length > limits.messageBytes || native.utf8Encode(body).length > limits.messageBytes);
  }
  const tooLarge = () => internal('hostcall.too-large', `A host call may be ${limits.messageBytes} bytes long; this one is longer.`);

  const isFull = (isTimer) => isTimer ? openTimers >= limits.timersMax : open.size - openTimers >= limits.hostCallsMax;
  const tooMany = (isTimer) => internal('hostcall.too-many', isTimer
    ? `More than ${limits.timersMax} timers are running; clear some first.`
    : `More than ${limits.hostCallsMax} host calls are open; await some of them first.`);

  /// The answer to all that a flood asks for: an error and a promise each would fill the plugin's memory before it reads the first.
  function refusal(isTimer) {
    const known = isTimer ? refused.timer : refused.call;
    if (known !== undefined) return known;
    const error = freeze(tooMany(isTimer));
    const promise = freeze(new NativePromise((resolve, reject) => reject(error)));
    settle(promise, () => {}, () => {});   // those before it tell whoever handles no rejection
    return isTimer ? refused.timer = promise : refused.call = promise;
  }

  /// `opened` is told the call's number once it is on its way.
  function start(bound, operation, args, signal, isTimer, opened) {
    if (isFull(isTimer) && ++refused.count > REFUSALS_WITH_PLACE && signal === undefined && ownerFor(bound) !== 0) return refusal(isTimer);
    return new NativePromise((resolve, reject) => {
      const owner = ownerFor(bound);
      if (owner === 0) return reject(ended());
      if (signal?.aborted) return reject(aborted(signal));
      if (isFull(isTimer)) return reject(tooMany(isTimer));
      const body = message(operation, args);
      if (tooLong(body)) return reject(tooLarge());
      const number = lastNumber = (lastNumber % 0x7ffffffe) + 1;
      const entry = { owner, isTimer, resolve, reject, release: undefined, dropped: undefined };
      if (signal) {
        const onAbort = () => { if (forget(number)) { native.send(HOST_CANCEL, 0, number, owner, ''); reject(aborted(signal)); } };
        signal.addEventListener('abort', onAbort);
        entry.release = () => signal.removeEventListener('abort', onAbort);
      }
      open.set(number, entry);
      opened?.(number, entry);
      if (isTimer) openTimers++;
      native.send(HOST_CALL, 0, number, owner, body);
    });
  }

  function forget(number) {
    const entry = open.get(number);
    if (entry === undefined) return undefined;
    open.delete(number);
    if (entry.isTimer) openTimers--;
    entry.release?.();
    return entry;
  }

  /// The host as one call sees it; `bound` 0 is the plugin's own, whose calls belong to whatever is running.
  function boundTo(bound) {
    return {
      /// What `call` would answer in a flood of calls beyond the limit; otherwise undefined. Asked before there is work for each of them.
      refusal: () => refused.call !== undefined && isFull(false) ? refused.call : undefined,
      call: (operation, args, options) => start(bound, operation, args, options?.signal, false),
      callSync(operation, args) {
        const owner = ownerFor(bound);
        if (owner === 0) throw ended();
        const body = message(operation, args);
        if (tooLong(body)) throw tooLarge();
        const value = native.callSync(SYNCHRONOUS, lastNumber = (lastNumber % 0x7ffffffe) + 1, owner, body);
        if (header[1] & ERROR) throw hostError(value);
        return value;
      },
      notify: (operation, args) => native.send(NOTIFY, 0, 0, ownerFor(bound), message(operation, args)),
      onUncaught: () => {},   // logged already by whoever reports it; a call fails by its own promise
      /// `dropped` is called when the sleep ends with its call instead of with its time: the promise never settles then.
      sleep(milliseconds, dropped) {
        let number = 0;   // stays 0 when the sleep was refused: there is nothing to cancel then
        const promise = start(bound, 'time.sleep', { ms: milliseconds }, undefined, true, (given, entry) => { number = given; entry.dropped = dropped; });
        return {
          promise,
          cancel() { const entry = number === 0 ? undefined : forget(number); if (entry) native.send(HOST_CANCEL, 0, number, entry.owner, ''); },
        };
      },
    };
  }

  return {
    boundTo,
    /// The call a reply belongs to, so that its continuation is charged to the right one; 0 when nobody waits any more.
    ownerOf: (number) => open.get(number)?.owner ?? 0,
    reply(number, flags, value) {
      const entry = forget(number);
      if (entry === undefined) return;   // cancelled meanwhile, or the hub speaks twice: nobody waits
      if (flags & ERROR) entry.reject(hostError(value)); else entry.resolve(value);
    },
    /// Drops what a finished call left open. Its promises never settle, as if the page had been closed.
    endCall(id) {
      if (open.size === 0) return;
      if (refused.count !== 0) refused = { count: 0, call: undefined, timer: undefined };
      const left = bareList();
      open.forEach((entry, number) => { if (entry.owner === id) left[left.length] = number; });
      for (let i = 0; i < left.length; i++) { forget(left[i])?.dropped?.(); native.send(HOST_CANCEL, 0, left[i], id, ''); }
    },
  };
}
