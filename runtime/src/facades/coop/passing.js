// Failures that pass by themselves, waiting a moment, and giving up.

import { isObject } from './reading.js';

const NativeSet = Set, NativePromise = Promise;
const { has } = Set.prototype;
const { apply } = Reflect;

// What `fetch` says of a way that was not there just now. Refusals, certificates and answers that came are not among them: a provider's 429
// or 503 is an answer, and what it means only the integration knows.
const codes = new NativeSet(['http.timeout', 'http.stalled', 'http.name-not-found', 'http.connect-failed', 'http.bad-response']);

/// Whether trying once more may help. Never throws.
export function looksPassing(thrown) {
  try {
    if (!isObject(thrown)) return false;
    const { code, cause } = thrown;
    return apply(has, codes, [typeof code === 'string' ? code : isObject(cause) ? cause.code : undefined]);
  } catch { return false; }
}

export function pause(milliseconds) { return new NativePromise((resolve) => { setTimeout(resolve, milliseconds); }); }

/// What an `AbortSignal` is aborted with.
export function abortion(message, name) { return new DOMException(message, name); }
