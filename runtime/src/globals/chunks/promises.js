// Promises that a plugin cannot bend.
const { Promise, ReflectDefineProperty } = core.primordials;

/// Makes `await promise` independent of `Promise.prototype`, which the plugin may have changed.
export function pinPromise(promise) {
  ReflectDefineProperty(promise, 'constructor', { __proto__: null, value: Promise });
  return promise;
}
