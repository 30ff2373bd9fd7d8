// Promises for the streams, whose algorithms are written as reactions (https://streams.spec.whatwg.org/#conventions).
const { Promise, PromisePrototypeThen, ReflectApply } = core.primordials;

/// A promise with its two functions.
export function defer() {
  const deferred = { __proto__: null, promise: undefined, resolve: undefined, reject: undefined };
  deferred.promise = new Promise((resolve, reject) => {
    deferred.resolve = resolve;
    deferred.reject = reject;
  });
  return deferred;
}

const ignore = () => {};

/// Keeps a rejection from being reported as unhandled.
export function markHandled(promise) {
  PromisePrototypeThen(promise, undefined, ignore);
}

export function resolved(value = undefined) {
  return new Promise((resolve) => resolve(value));
}

export function rejected(reason) {
  return new Promise((resolve, reject) => reject(reason));
}

export function react(promise, fulfilled, failed) {
  return PromisePrototypeThen(promise, fulfilled, failed);
}

/// Calls `method`, if there is one, on `self`; a throw becomes a rejection.
export function call(method, self, values) {
  if (method === undefined) return resolved();
  try {
    return resolved(ReflectApply(method, self, values));
  } catch (error) {
    return rejected(error);
  }
}
