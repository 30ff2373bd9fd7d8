// From a readable stream into a writable one (https://streams.spec.whatwg.org/#readable-stream-pipe-to).
import { defer, markHandled, react, resolved } from './promises.js';
import { acquireReader, cancelStream, read, releaseReader } from './readable-state.js';
import {
  abortStream, acquireWriter, closeQueuedOrInFlight, closeWithErrorPropagation, desiredSize, releaseWriter, write,
} from './writable-state.js';

/// `options` are { preventClose, preventAbort, preventCancel, signal }.
export function pipe(source, destination, { preventClose, preventAbort, preventCancel, signal }) {
  const reader = acquireReader(source);
  const writer = acquireWriter(destination);
  source.disturbed = true;
  const done = defer();
  let shuttingDown = false;
  let lastWrite = resolved();

  function onAbort() {
    const error = signal.reason;
    shutDown(() => {
      const abort = preventAbort || destination.state !== 'writable' ? resolved() : abortStream(destination, error);
      const cancel = preventCancel || source.state !== 'readable' ? resolved() : cancelStream(source, error);
      markHandled(abort);
      markHandled(cancel);
      return react(abort, () => cancel);
    }, { error });
  }

  /// Waits for the last write, does `action`, and settles with `failure`, or with the action's own.
  function shutDown(action, failure) {
    if (shuttingDown) return;
    shuttingDown = true;
    const isDraining = destination.state === 'writable' && !closeQueuedOrInFlight(destination);
    react(isDraining ? settled(lastWrite) : resolved(), () => {
      if (action === undefined) finish(failure);
      else react(action(), () => finish(failure), (error) => finish({ error }));
    });
  }

  function finish(failure) {
    if (signal !== undefined) core.load('events').forgetAbort(signal, onAbort);
    releaseWriter(writer);
    releaseReader(reader);
    if (failure === undefined) done.resolve();
    else done.reject(failure.error);
  }

  function sourceEnded() {
    shutDown(preventClose ? undefined : () => closeWithErrorPropagation(writer));
  }

  function sourceFailed(error) {
    shutDown(preventAbort ? undefined : () => abortStream(destination, error), { error });
  }

  function destinationFailed(error) {
    shutDown(preventCancel ? undefined : () => cancelStream(source, error), { error });
  }

  function step() {
    if (shuttingDown) return;
    if (destination.state !== 'writable' || desiredSize(destination.controller) <= 0) {
      react(writer.ready.promise, step, () => {});
      return;
    }
    read(reader, {
      chunk(value) {
        lastWrite = write(writer, value);
        markHandled(lastWrite);
        react(resolved(), step);
      },
      close() {},
      error() {},
    });
  }

  if (signal !== undefined) {
    if (signal.aborted) {
      onAbort();
      return done.promise;
    }
    core.load('events').onAbort(signal, onAbort);
  }
  react(reader.closed.promise, sourceEnded, sourceFailed);
  react(
    writer.closed.promise,
    () => {
      const error = new core.primordials.TypeError('The destination was closed');
      destinationFailed(error);
    },
    destinationFailed,
  );
  if (source.state === 'errored') sourceFailed(source.error);
  else if (destination.state === 'errored' || destination.state === 'erroring') destinationFailed(destination.error);
  else if (source.state === 'closed') sourceEnded();
  else if (closeQueuedOrInFlight(destination) || destination.state === 'closed') {
    destinationFailed(new core.primordials.TypeError('The destination is closed'));
  }
  step();
  return done.promise;
}

function settled(promise) {
  return react(promise, () => undefined, () => undefined);
}
