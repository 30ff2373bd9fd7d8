// What the globals share, and the chunks that load on first use.
import { callableForms, capturePrimordials } from './primordials.js';

/// The `core` object every chunk gets: the native functions, the host, the primordials, and `load(name)` for another chunk.
export function createCore(globalObject, native, host, profile) {
  const captured = capturePrimordials(native);
  let primordials;
  const loaded = { __proto__: null };

  const core = {
    __proto__: null,
    globalObject,
    native,
    host,
    profile,
    /// See primordials.js.
    get primordials() {
      return (primordials ??= callableForms(native, captured));
    },
    /// The key of a method that says how the log shows an object of ours.
    inspectSymbol: Symbol('inspect'),
    /// The key of a method that makes a structured clone; interfaces without one cannot be cloned.
    cloneSymbol: Symbol('clone'),
    /// Prototypes of the web interfaces made so far.
    interfaces: [],
    /// What a chunk provides; it is evaluated at its first use. scripts/build-runtime says what a chunk is.
    load(name) {
      let chunk = loaded[name];
      if (chunk === undefined) {
        chunk = { __proto__: null };
        native.part('chunks/' + name)(core, chunk);
        loaded[name] = chunk;
      }
      return chunk;
    },
    /// A value as the log shows it. Never throws, whatever the value does.
    format(value) {
      try {
        return core.load('console').inspect(value);
      } catch {
        return '[a value that cannot be shown]';
      }
    },
    /// For an error that nobody caught: a line of the log, and word to the host.
    reportError(error) {
      report(core, 'Uncaught', error);
    },
    /// The same for the reason of a promise that was rejected and has no handler.
    reportRejection(reason) {
      report(core, 'Unhandled rejection', reason);
    },
  };
  return core;
}

function report(core, kind, error) {
  try {
    core.host.notify('log', { __proto__: null, level: 'error', message: `${kind}: ${core.format(error)}` });
  } finally {
    core.host.onUncaught(error);
  }
}
