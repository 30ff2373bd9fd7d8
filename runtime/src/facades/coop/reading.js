// Reading what may bite: values, failures and texts of a plugin, copied with limits. Nothing here relies on what a plugin can change afterwards.

import { limits } from './limits.js';

const { apply, ownKeys, getOwnPropertyDescriptor } = Reflect;
const { isArray } = Array;
const { toISOString } = Date.prototype;
const { slice, toWellFormed } = String.prototype;
const NativeString = String, NativeError = Error, NativeDate = Date;
const { isFinite: isFiniteNumber } = Number;

export function isObject(value) { return typeof value === 'object' && value !== null; }

export function isThenable(value) { return (isObject(value) || typeof value === 'function') && typeof value.then === 'function'; }

export function cut(text, max) { return apply(toWellFormed, text.length > max ? apply(slice, text, [0, max]) : text, []); }

/// What was thrown or rejected with, as `{ name, message, stack?, code? }`. Never throws.
export function describeFailure(thrown) {
  const out = { name: 'Error', message: '' };
  try {
    if (isObject(thrown) || typeof thrown === 'function') {
      const { name, message, stack, code, remedy } = thrown;
      if (typeof name === 'string') out.name = cut(name, 100);
      out.message = typeof message === 'string' ? cut(message, limits.messageCharacters) : 'an object without a message was thrown';
      // The hub's refusals say what to do; people see the message alone.
      if (typeof remedy === 'string') out.message = cut(out.message + ' ' + remedy, limits.messageCharacters);
      if (typeof stack === 'string') out.stack = cut(stack, 8000);
      if (typeof code === 'string') out.code = cut(code, 100);
    } else {
      out.message = cut(NativeString(thrown), limits.messageCharacters);
    }
  } catch {
    out.message = 'what was thrown cannot be described: reading it throws again';
  }
  return out;
}

export function failure(message, name = 'Error') { return { name, message }; }

/// Copies a value as JSON would, with limits; functions and symbols are left out and counted.
export class Copier {
  #values = 0;
  #characters = 0;
  #valuesMax;
  #charactersMax;

  constructor(valuesMax = limits.values, charactersMax = limits.charactersInAll) {
    this.#valuesMax = valuesMax;
    this.#charactersMax = charactersMax;
  }

  /// Places of functions, such as `/modelCard/render`.
  dropped = [];

  copy(value, pointer = '', depth = 0) {
    if (++this.#values > this.#valuesMax) throw new NativeError(`has more than ${this.#valuesMax} values`);
    switch (typeof value) {
      case 'string': return this.#text(value, pointer);
      case 'boolean': return value;
      case 'number': return isFiniteNumber(value) ? value : null;
      case 'bigint': return NativeString(value);
      case 'object': break;
      case 'undefined': return undefined;
      default: if (this.dropped.length < limits.notices) this.dropped[this.dropped.length] = pointer; return undefined;
    }
    if (value === null) return null;
    if (depth >= limits.depth) throw new NativeError(`lies more than ${limits.depth} deep, or contains itself, at ${pointer}`);
    if (value instanceof NativeDate) { try { return apply(toISOString, value, []); } catch { return null; } }
    return isArray(value) ? this.#array(value, pointer, depth) : this.object(value, [], pointer, depth);
  }

  /// An object's own enumerable members, and those named, wherever they are defined.
  object(value, named, pointer = '', depth = 0) {
    const out = { __proto__: null };
    for (let i = 0; i < named.length; i++) this.#member(out, value, named[i], pointer, depth);
    const keys = ownKeys(value);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i];
      if (typeof key !== 'string' || key === '__proto__' || out[key] !== undefined) continue;
      if (getOwnPropertyDescriptor(value, key)?.enumerable) this.#member(out, value, key, pointer, depth);
    }
    return out;
  }

  #member(out, value, key, pointer, depth) {
    if (key.length > limits.keyCharacters) throw new NativeError(`has a member name of more than ${limits.keyCharacters} characters`);
    const copied = this.copy(value[key], pointer + '/' + key, depth + 1);
    if (copied !== undefined) out[cut(key, limits.keyCharacters)] = copied;
  }

  #array(value, pointer, depth) {
    const out = [], length = value.length;
    if (!(length <= limits.values)) throw new NativeError(`has a list of more than ${limits.values} values at ${pointer}`);
    for (let i = 0; i < length; i++) {
      const copied = this.copy(value[i], pointer + '/' + i, depth + 1);
      out[i] = copied === undefined ? null : copied;
    }
    return out;
  }

  #text(value, pointer) {
    this.#characters += value.length;
    if (value.length > limits.stringCharacters) throw new NativeError(`has a text of more than ${limits.stringCharacters} characters at ${pointer}`);
    if (this.#characters > this.#charactersMax) throw new NativeError(`has more than ${this.#charactersMax} characters of text`);
    return apply(toWellFormed, value, []);
  }
}
