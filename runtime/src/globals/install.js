// Puts the web-standard globals of a profile on the global object. docs/globals.md lists them.
//
// Each is an accessor that evaluates a chunk on first use and then becomes a plain property, so that a plugin pays, in time and
// memory, for what it touches. `typeof URL` is a first use; assigning is not.
import { createCore } from './core.js';

/// Chunk and name by turns. Web IDL hides interfaces and namespaces from `for … in`.
const interfaces = [
  'console', 'console', 'encoding', 'TextEncoder', 'encoding', 'TextDecoder', 'url', 'URL', 'url', 'URLSearchParams',
  'events', 'Event', 'events', 'EventTarget', 'events', 'CustomEvent', 'events', 'AbortController', 'events', 'AbortSignal',
  'exception', 'DOMException', 'blob', 'Blob', 'blob', 'File',
  'fetch', 'Headers', 'fetch', 'Request', 'fetch', 'Response', 'fetch', 'FormData',
  'streams', 'ReadableStream', 'streams', 'ReadableStreamDefaultReader', 'streams', 'ReadableStreamDefaultController',
  'streams', 'WritableStream', 'streams', 'WritableStreamDefaultWriter', 'streams', 'WritableStreamDefaultController',
  'streams', 'TransformStream', 'streams', 'TransformStreamDefaultController',
  'streams', 'ByteLengthQueuingStrategy', 'streams', 'CountQueuingStrategy',
  'textstreams', 'TextEncoderStream', 'textstreams', 'TextDecoderStream',
  'crypto', 'Crypto', 'subtle', 'CryptoKey', 'subtle', 'SubtleCrypto', 'platform', 'Performance', 'platform', 'Navigator',
];

/// The same for functions and objects, which `for … in` shows.
const members = [
  'tasks', 'setTimeout', 'tasks', 'clearTimeout', 'tasks', 'setInterval', 'tasks', 'clearInterval', 'tasks', 'queueMicrotask',
  'tasks', 'reportError', 'encoding', 'atob', 'encoding', 'btoa', 'clone', 'structuredClone', 'fetch', 'fetch', 'crypto', 'crypto',
  'platform', 'performance', 'platform', 'navigator', 'platform', 'self',
];

/// The names of the profiles that do not get everything (docs/globals.md says whose they are).
const allowed = {
  __proto__: null,
  'made-open': ['console', 'setTimeout', 'clearTimeout', 'URL', 'URLSearchParams', 'TextEncoder', 'TextDecoder'],
  minimal: ['console', 'queueMicrotask'],
};

/// Takes away what `installGlobals` puts there for the full profile.
export function removeGlobals(globalObject) {
  for (let i = 1; i < interfaces.length; i += 2) delete globalObject[interfaces[i]];
  for (let i = 1; i < members.length; i += 2) delete globalObject[members[i]];
}

/// Installs the globals and returns the core, of which the pump needs `format(value)`, `reportError(error)`,
/// `reportRejection(reason)` and `load(chunk)`.
export function installGlobals(globalObject, native, host, profile) {
  const only = allowed[profile.globals];
  if (only === undefined && profile.globals !== 'full') throw new TypeError(`unknown globals profile '${profile.globals}'`);
  const core = createCore(globalObject, native, host, profile);
  const { defineProperty } = Reflect;

  function isAllowed(name) {
    for (let i = 0; i < only.length; i++) if (only[i] === name) return true;
    return false;
  }

  function defineLazily(chunk, name, enumerable) {
    const set = (value) => {
      defineProperty(globalObject, name, { __proto__: null, value, writable: true, enumerable, configurable: true });
    };
    const get = () => {
      const value = core.load(chunk)[name];
      set(value);
      return value;
    };
    defineProperty(globalObject, name, { __proto__: null, get, set, enumerable, configurable: true });
  }

  function defineAll(list, enumerable) {
    for (let i = 0; i < list.length; i += 2) {
      if (only === undefined || isAllowed(list[i + 1])) defineLazily(list[i], list[i + 1], enumerable);
    }
  }

  // The engine's own console writes to a place nobody reads. A plain assignment first: defining would make the engine build it.
  globalObject.console = undefined;
  defineAll(interfaces, false);
  defineAll(members, true);
  return core;
}
