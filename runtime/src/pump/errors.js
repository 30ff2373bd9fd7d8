// Errors as they cross to the hub: plain data with bounded texts, whatever the plugin threw.
import { NativeError, NativeString, apply, create, defineProperty, slice, stringify, toWellFormed } from './intrinsics.js';

const NAME_CHARACTERS_MAX = 100, MESSAGE_CHARACTERS_MAX = 4000, STACK_CHARACTERS_MAX = 8000, CODE_CHARACTERS_MAX = 100;

function text(value, max) {
  return typeof value === 'string' ? apply(toWellFormed, apply(slice, value, [0, max]), []) : undefined;
}

/// Sets a property whatever setters a plugin has put into the prototypes.
function put(object, key, value) {
  defineProperty(object, key, { __proto__: null, value, writable: true, enumerable: true, configurable: true });
}

/// An error of ours, with a code that programs may rely on.
export function coded(code, message, Kind = NativeError) {
  const error = new Kind(message);
  put(error, 'code', code);
  return error;
}

const UNREADABLE = 'what the plugin threw cannot be described: reading it throws again';

/// The text a property holds, `undefined` when it holds none, `null` when reading it throws.
function read(object, key, max) { try { return text(object[key], max); } catch { return null; } }

/// The JSON text that describes what was thrown. Never throws: getters, proxies and revoked objects end in a plain sentence, and a
/// property that cannot be read costs that property.
export function describeError(thrown, fallbackCode = 'plugin.threw') {
  const out = create(null);
  out.code = fallbackCode;
  out.name = 'Error';
  if ((typeof thrown !== 'object' || thrown === null) && typeof thrown !== 'function') {
    out.name = 'thrown ' + (thrown === null ? 'null' : typeof thrown);
    out.message = text(NativeString(thrown), MESSAGE_CHARACTERS_MAX);
    return stringify(out);
  }
  out.name = read(thrown, 'name', NAME_CHARACTERS_MAX) || 'Error';
  out.stack = read(thrown, 'stack', STACK_CHARACTERS_MAX) ?? undefined;
  const ours = internalErrors.get(thrown);
  if (ours !== undefined) {
    out.code = out.pluginCode = ours.code;
    out.message = text(ours.message, MESSAGE_CHARACTERS_MAX);
    out.remedy = text(ours.remedy, MESSAGE_CHARACTERS_MAX);
    out.turn = text(ours.turn, CODE_CHARACTERS_MAX);
    return stringify(out);
  }
  const message = read(thrown, 'message', MESSAGE_CHARACTERS_MAX);
  out.message = message ?? (message === null ? UNREADABLE : 'an object without a message was thrown');
  out.pluginCode = read(thrown, 'code', CODE_CHARACTERS_MAX) ?? undefined;
  let cause;
  try { cause = thrown.cause; } catch { /* then there is none */ }
  if (typeof cause === 'object' && cause !== null) out.cause = read(cause, 'message', MESSAGE_CHARACTERS_MAX) ?? undefined;
  return stringify(out);
}

// Only errors that we made may carry our codes: a plugin's own `code` stays `pluginCode`, so that a plugin cannot pass its failure
// off as the hub's refusal. Our words are kept aside for the same reason: a plugin can catch our error, write what it likes into it,
// and throw it again.
class ErrorTable {
  #errors = new WeakMap();
  #get = WeakMap.prototype.get;
  #set = WeakMap.prototype.set;
  get(error) { return apply(this.#get, this.#errors, [error]); }
  set(error, words) { apply(this.#set, this.#errors, [error, words]); }
}
const internalErrors = new ErrorTable();

/// Like `coded`, and code and message survive the way to the hub as ours.
export function internal(code, message, Kind = NativeError) {
  const error = coded(code, message, Kind);
  internalErrors.set(error, { __proto__: null, code, message, remedy: undefined, turn: undefined });
  return error;
}

/// The error a plugin sees when a host call is refused or fails; `reply` is the hub's `{code, message, …}`.
export function hostError(reply) {
  const error = internal(text(reply?.code, CODE_CHARACTERS_MAX) ?? 'hostcall.failed', text(reply?.message, MESSAGE_CHARACTERS_MAX) ?? 'the host call failed');
  const words = internalErrors.get(error);
  put(error, 'name', reply?.name === 'PermissionDenied' ? 'PermissionDenied' : 'HostError');
  if (reply?.remedy) put(error, 'remedy', words.remedy = reply.remedy);
  if (reply?.turn) put(error, 'turn', words.turn = reply.turn);
  if (reply?.data !== undefined) put(error, 'data', reply.data);
  return error;
}
