// What the pump uses of the language, taken before any plugin code runs. A plugin may then replace or poison any of it and
// only hurts itself: calls are still dispatched and errors are still reported.
export const { parse, stringify } = JSON;
export const { apply, ownKeys, setPrototypeOf } = Reflect;
export const { create, freeze, defineProperty, getOwnPropertyDescriptor, hasOwn } = Object;
export const { isArray } = Array;
export const NativePromise = Promise;
export const NativeError = Error;
export const NativeTypeError = TypeError;
export const NativeMap = Map;
export const NativeString = String;
export const { get: mapGet, set: mapSet, has: mapHas, delete: mapDelete, forEach: mapForEach } = Map.prototype;
export const { slice, indexOf, split, toWellFormed } = String.prototype;
export const { iterator: iteratorSymbol, asyncIterator: asyncIteratorSymbol } = Symbol;
export const { isFinite: isFiniteNumber } = Number;

/// A map that keeps working whatever happens to `Map.prototype`.
export class SafeMap {
  #map = new NativeMap();
  #size = 0;
  get size() { return this.#size; }
  get(key) { return apply(mapGet, this.#map, [key]); }
  has(key) { return apply(mapHas, this.#map, [key]); }
  set(key, value) {
    if (!apply(mapHas, this.#map, [key])) this.#size++;
    apply(mapSet, this.#map, [key, value]);
  }
  delete(key) {
    const had = apply(mapDelete, this.#map, [key]);
    if (had) this.#size--;
    return had;
  }
  forEach(visit) { apply(mapForEach, this.#map, [(value, key) => visit(value, key)]); }
  firstKey() {
    let first;
    // Small maps only (calls in flight); a plain scan beats keeping a second order.
    this.forEach((_, key) => { first ??= key; });
    return first;
  }
}

/// An empty list without `Array.prototype` behind it, where a plugin may have put setters that swallow what is stored at an index.
/// To `JSON.stringify` it is a list like any other.
export function bareList() {
  const list = [];
  setPrototypeOf(list, null);
  return list;
}

/// Calls back with what a value, promise or thenable comes to. `await`, unlike `then`, asks nobody for a constructor or a species.
export async function settle(value, onValue, onError) {
  let result;
  try { result = await value; } catch (error) { return onError(error); }
  onValue(result);
}
