// The loop a worker lives in. It runs inside one entry into the engine, so that the watchdog ticks over everything a plugin does
// (docs/decisions/0004). `step` hands the last reply over, runs what promises left to do, and waits for the next message.
import {
  SafeMap, asyncIteratorSymbol, bareList, create, iteratorSymbol, NativeTypeError, settle, stringify,
} from './intrinsics.js';
import { describeError, internal } from './errors.js';
import { makeHost } from './host.js';
import { loadPlugin, makeLibrary } from './plugin.js';
import { makeContextClass } from './context.js';
import {
  CALL, BATCH, NEXT, CANCEL, HOST_REPLY, BIND, BOOT, SCRIPT, RESULT, STREAM_OPENED, ITEM, STREAM_END, CANCELLED, READY, FAILED, ERROR,
  UNDEFINED, MIXED,
} from './wire.js';

/// `ours` is the module that plugins know as `@patchbay/plugin`.
export function makePump(native, install, uninstall, ours) {
  const header = native.header;                 // kind, flags, id, extra of the message `step` returned
  const { step, send } = native;
  const pending = new SafeMap();                // id -> { context, iterator, asking }
  const names = create(null), entries = create(null);   // handle -> entry name, and its function once it was found
  const limits = { hostCallsMax: 1024, timersMax: 1024, messageBytes: 16 << 20 };
  const calls = {
    current: 0,
    isLive: (id) => id === calls.current || pending.has(id),
    any: () => pending.firstKey() ?? 0,
  };
  const host = makeHost(native, calls, limits);
  const CallContext = makeContextClass(host.boundTo, (bound) => ours.create({ host: bound }), () => globals.load('events').AbortController);
  const provided = makeLibrary(native, { __proto__: null, 'modules/patchbay-plugin': ours });
  let boot, plugin;

  /// Found once a worker and name: looking through exports takes as long as a small function runs.
  function find(handle) {
    const known = entries[handle];
    if (known !== undefined) return known;
    const name = names[handle];
    const found = plugin.find(name);
    if (typeof found !== 'function') throw internal('export.not-found', `This plugin has no function "${name}" to call.`);
    return entries[handle] = found;
  }

  const isThenable = (value) => value !== null && (typeof value === 'object' || typeof value === 'function') && typeof value.then === 'function';

  function isIterator(value) {
    return typeof value === 'object' && value !== null && typeof value.next === 'function'
      && (typeof value[asyncIteratorSymbol] === 'function' || typeof value[iteratorSymbol] === 'function');
  }

  function serialise(value) {
    try { return stringify(value); } catch (error) {
      if (isOutOfMemory(error)) throw error;   // the hub knows what that means
      throw internal('result.not-json', `The result cannot be written as JSON: ${describeShort(error)}`);
    }
  }

  function isOutOfMemory(error) { try { return error.name === 'RangeError' && error.message === 'Out of memory'; } catch { return false; } }

  function describeShort(error) { try { return `${error.message}`; } catch { return 'reading it throws'; } }

  function publish(kind, id, value) {
    const text = serialise(value);
    if (text === undefined) send(kind, UNDEFINED, id, 0, ''); else send(kind, 0, id, 0, text);
  }

  function fail(id, error) {
    send(RESULT, ERROR, id, 0, describeError(error));
    close(id);
  }

  function close(id) {
    pending.delete(id);
    host.endCall(id);
  }

  /// A value that is no promise: the end of a call, unless it is a generator, whose items are asked for one by one.
  function complete(id, value, context) {
    if (isIterator(value)) {
      pending.set(id, { context, iterator: value, asking: false });
      send(STREAM_OPENED, 0, id, 0, '');
      return;
    }
    publish(RESULT, id, value);
    close(id);
  }

  function later(id, promise, context) {
    pending.set(id, { context, iterator: undefined, asking: false });
    settle(promise, (value) => {
      if (!pending.has(id)) return;
      try { complete(id, value, context); } catch (error) { fail(id, error); }
    }, (error) => { if (pending.has(id)) fail(id, error); });
  }

  function runBatch(id, entry, list) {
    const context = new CallContext(id);
    const out = bareList(), waiting = bareList();
    let failed = false;
    for (let i = 0; i < list.length; i++) {
      try {
        const value = entry(list[i], context);
        out[i] = value;
        if (isThenable(value)) waiting[waiting.length] = i;
      } catch (error) { out[i] = new Failure(error); failed = true; }
    }
    if (waiting.length === 0) return finishBatch(id, out, failed);
    pending.set(id, { context, iterator: undefined, asking: false });
    let left = waiting.length;
    const done = () => { if (--left === 0 && pending.has(id)) { try { finishBatch(id, out, failed); } catch (error) { fail(id, error); } } };
    for (let k = 0; k < waiting.length; k++) {
      const i = waiting[k];
      settle(out[i], (value) => { out[i] = value; done(); }, (error) => { out[i] = new Failure(error); failed = true; done(); });
    }
  }

  function finishBatch(id, out, failed) {
    if (!failed) {
      try { send(RESULT, 0, id, 0, stringify(out)); return close(id); } catch { /* one element is to blame: find it below */ }
    }
    let text = '[';
    for (let i = 0; i < out.length; i++) {
      let part;
      if (out[i] instanceof Failure) part = '[1,' + describeError(out[i].error) + ']';
      else try { part = '[0,' + (serialise(out[i]) ?? 'null') + ']'; } catch (error) { part = '[1,' + describeError(error) + ']'; }
      text += (i ? ',' : '') + part;
    }
    send(RESULT, MIXED, id, 0, text + ']');
    close(id);
  }

  function advance(id, call) {
    if (call?.iterator === undefined) return send(RESULT, ERROR, id, 0, describeError(internal('stream.unknown', 'There is no such stream.')));
    if (call.asking) return;
    call.asking = true;
    const failed = (error) => { if (pending.has(id)) fail(id, error); };
    settle(call.iterator.next(), (step) => {
      try {
        if (!pending.has(id)) return;
        if (typeof step !== 'object' || step === null) throw new NativeTypeError('The iterator gave something that is no result of an iteration.');
        if (step.done) { publish(STREAM_END, id, step.value); return close(id); }
        settle(step.value, (value) => {
          if (!pending.has(id)) return;
          call.asking = false;
          try { publish(ITEM, id, value); } catch (error) { failed(error); call.iterator.return?.(); }
        }, failed);
      } catch (error) { failed(error); }
    }, failed);
  }

  function cancel(id) {
    const call = pending.get(id);
    close(id);
    send(CANCELLED, 0, id, 0, '');
    if (call === undefined) return;
    CallContext.abort(call.context);
    const returned = call.iterator?.return?.();
    if (isThenable(returned)) settle(returned, () => {}, (error) => host.boundTo(0).notify('log', { level: 'warn', message: 'while ending a stream: ' + describeShort(error) }));
  }

  // Every global is there before a plugin is known, so that a warm worker has paid for it; the few profiles that get less take away.
  const full = { name: 'full', globals: 'full' };
  let globals = install(globalThis, native, host.boundTo(0), full);
  native.onUnhandledRejection((promise, reason) => globals.reportRejection(reason));

  function start(value) {
    boot = value;
    limits.hostCallsMax = boot.limits.hostCallsMax;
    limits.timersMax = boot.limits.timersMax;
    limits.messageBytes = boot.limits.messageBytes;
    if (boot.profile.globals !== full.globals) {
      uninstall(globalThis);
      globals = install(globalThis, native, host.boundTo(0), boot.profile);
    }
  }

  function load(script) {
    try {
      plugin = loadPlugin(native, boot, script, provided, host.boundTo);
      send(READY, 0, 0, 0, stringify(plugin.names()));
    } catch (error) { send(FAILED, ERROR, 0, 0, describeError(error, 'plugin.load-failed')); }
  }

  /// Handles one message. Returns the text of the current call's result, so that `step` publishes it in the same crossing; null
  /// stands for a result without a value.
  function handle(value) {
    const kind = header[0], id = header[2];
    if (kind === CALL) {
      calls.current = id;
      try {
        const context = new CallContext(id);
        const result = find(header[3])(value, context);
        if (typeof result === 'number' && result - result === 0) return '' + result;
        if (typeof result !== 'object' || result === null) {
          return serialise(result) ?? null;
        }
        if (isThenable(result)) later(id, result, context);
        else if (isIterator(result)) complete(id, result, context);
        else return serialise(result) ?? null;
      } catch (error) { fail(id, error); }
      return undefined;
    }
    if (kind === HOST_REPLY) {
      calls.current = host.ownerOf(id);
      native.charge(calls.current);
      host.reply(id, header[1], value);
    } else if (kind === BATCH) {
      calls.current = id;
      try { runBatch(id, find(header[3]), value); } catch (error) { fail(id, error); }
    } else if (kind === NEXT) {
      calls.current = id;
      try { advance(id, pending.get(id)); } catch (error) { fail(id, error); }
    } else if (kind === CANCEL) {
      calls.current = 0;
      try { cancel(id); } catch { /* the plugin's own `return` threw: it is gone all the same */ }
    } else if (kind === BIND) { names[id] = value; entries[id] = undefined; }
    else if (kind === BOOT) start(value);
    else if (kind === SCRIPT) load(value);
    return undefined;
  }

  /// Goes once through what every plugin goes through at its start, a step a call, with a number from 0 on: the engine sets its own things
  /// up on first use, and a worker that waits for a plugin has the time. Answers false when there is no such step; then, and only then,
  /// nothing is left for a plugin to find. What is sent meanwhile goes nowhere.
  function rehearse(number) {
    const say = (kind, id, extra, value) => { header[0] = kind; header[1] = 0; header[2] = id; header[3] = extra; return handle(value); };
    if (number === 0) say(BOOT, 0, 0, { scriptName: 'patchbay:trial', modules: {}, profile: full, limits });
    else if (number === 1) say(SCRIPT, 0, 0, 'exports.run = (input, { log }) => ({ seen: input.list.length });');
    else if (number === 2) { say(BIND, 0, 0, 'run'); say(CALL, 1, 0, { list: [1] }); }
    else {
      boot = plugin = names[0] = entries[0] = undefined;
      calls.current = 0;
      return false;
    }
    return true;
  }

  /// `ended` is the call that the watchdog ended when the loop was left, 0 at the first start. The hub has been told already.
  function pump(ended) {
    if (ended !== 0) close(ended);
    let reply, finished = 0;
    for (;;) {
      const value = step(reply);
      if (finished !== 0) host.endCall(finished);
      reply = handle(value);
      finished = reply === undefined ? 0 : header[2];
    }
  }
  return { pump, rehearse };
}

class Failure { constructor(error) { this.error = error; } }
