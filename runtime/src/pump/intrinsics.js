// What the pump uses of the language, taken before any plugin code runs. A plugin may then replace or poison any of it and
// only hurts itself: calls are still dispatched and errors are still reported.
export const { parse, stringify } = JSON;
export const { apply, ownKeys } = Reflect;
export const { create, freeze, defineProperty } = Object;
export const { isArray } = Array;
export const NativePromise = Promise;
export const NativeError = Error;
export const NativeMap = Map;
export const NativeString = String;
export const promiseResolve = Promise.resolve;
export const promiseThen = Promise.prototype.then;
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

/// `promise.then` as the language defines it for any value, thenables included.
export function settle(value, onValue, onError) {
  apply(promiseThen, apply(promiseResolve, NativePromise, [value]), [onValue, onError]);
}
