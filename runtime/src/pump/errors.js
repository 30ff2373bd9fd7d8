// Errors as they cross to the hub: plain data with bounded texts, whatever the plugin threw.
import { NativeError, NativeString, apply, create, slice, stringify, toWellFormed } from './intrinsics.js';

const NAME_CHARACTERS_MAX = 100, MESSAGE_CHARACTERS_MAX = 4000, STACK_CHARACTERS_MAX = 8000, CODE_CHARACTERS_MAX = 100;

function text(value, max) {
  return typeof value === 'string' ? apply(toWellFormed, apply(slice, value, [0, max]), []) : undefined;
}

/// An error of ours, with a code that programs may rely on.
export function coded(code, message, Kind = NativeError) {
  const error = new Kind(message);
  error.code = code;
  return error;
}

/// The JSON text that describes what was thrown. Never throws: getters, proxies and revoked objects end in a plain sentence.
export function describeError(thrown, fallbackCode = 'plugin.threw') {
  const out = create(null);
  out.code = fallbackCode;
  out.name = 'Error';
  out.message = '';
  try {
    if ((typeof thrown === 'object' && thrown !== null) || typeof thrown === 'function') {
      out.name = text(thrown.name, NAME_CHARACTERS_MAX) ?? 'Error';
      out.message = text(thrown.message, MESSAGE_CHARACTERS_MAX) ?? 'an object without a message was thrown';
      const stack = text(thrown.stack, STACK_CHARACTERS_MAX);
      if (stack !== undefined) out.stack = stack;
      const code = text(thrown.code, CODE_CHARACTERS_MAX);
      if (code !== undefined) out.pluginCode = code;
      const own = internalCodes.get(thrown);
      if (own !== undefined) {
        out.code = own;
        const remedy = text(thrown.remedy, MESSAGE_CHARACTERS_MAX);
        if (remedy !== undefined) out.remedy = remedy;
        const turn = text(thrown.turn, CODE_CHARACTERS_MAX);
        if (turn !== undefined) out.turn = turn;
      }
      const cause = thrown.cause;
      if (typeof cause === 'object' && cause !== null) out.cause = text(cause.message, MESSAGE_CHARACTERS_MAX);
    } else {
      out.name = 'thrown ' + typeof thrown;
      out.message = text(NativeString(thrown), MESSAGE_CHARACTERS_MAX);
    }
  } catch {
    out.name = 'Error';
    out.message = 'what the plugin threw cannot be described: reading it throws again';
  }
  return stringify(out);
}

// Only errors that we made may carry our codes: a plugin's own `code` stays `pluginCode`, so that a plugin cannot pass its failure
// off as the hub's refusal.
class CodeTable {
  #codes = new WeakMap();
  #get = WeakMap.prototype.get;
  #set = WeakMap.prototype.set;
  get(error) { return apply(this.#get, this.#codes, [error]); }
  set(error, code) { apply(this.#set, this.#codes, [error, code]); }
}
const internalCodes = new CodeTable();

/// Like `coded`, and the code survives the way to the hub as ours.
export function internal(code, message, Kind = NativeError) {
  const error = coded(code, message, Kind);
  internalCodes.set(error, code);
  return error;
}

/// The error a plugin sees when a host call is refused or fails; `reply` is the hub's `{code, message, …}`.
export function hostError(reply) {
  const error = internal(text(reply?.code, CODE_CHARACTERS_MAX) ?? 'hostcall.failed', text(reply?.message, MESSAGE_CHARACTERS_MAX) ?? 'the host call failed');
  error.name = reply?.name === 'PermissionDenied' ? 'PermissionDenied' : 'HostError';
  if (reply?.remedy) error.remedy = reply.remedy;
  if (reply?.turn) error.turn = reply.turn;
  if (reply?.data !== undefined) error.data = reply.data;
  return error;
}
