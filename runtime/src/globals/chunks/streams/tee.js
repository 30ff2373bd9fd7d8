// Two streams out of one (https://streams.spec.whatwg.org/#abstract-opdef-readablestreamdefaulttee).
import { defer, react, resolved } from './promises.js';
import {
  acquireReader, cancelStream, controllerClose, controllerEnqueue, controllerError, makeStream, read, setUpController,
} from './readable-state.js';

/// Both branches get the same chunks; where `copy` is given, the second gets `copy(chunk)`.
export function tee(stream, copy = undefined) {
  const reader = acquireReader(stream);
  const canceled = defer();
  const reasons = [undefined, undefined];
  const isCanceled = [false, false];
  const branches = [];
  let reading = false;
  let readAgain = false;

  function pull() {
    if (reading) {
      readAgain = true;
      return resolved();
    }
    reading = true;
    read(reader, {
      chunk(value) {
        // After the current turn, so that what the branches' readers do in it comes first.
        react(resolved(), () => deliver(value));
      },
      close() {
        reading = false;
        for (let i = 0; i < 2; i++) if (!isCanceled[i]) controllerClose(branches[i].controller);
        if (!isCanceled[0] || !isCanceled[1]) canceled.resolve();
      },
      error() {
        reading = false;
      },
    });
    return resolved();
  }

  function deliver(value) {
    readAgain = false;
    let second = value;
    if (copy !== undefined && !isCanceled[1]) {
      try {
        second = copy(value);
      } catch (error) {
        for (let i = 0; i < 2; i++) controllerError(branches[i].controller, error);
        canceled.resolve(cancelStream(stream, error));
        return;
      }
    }
    if (!isCanceled[0]) controllerEnqueue(branches[0].controller, value);
    if (!isCanceled[1]) controllerEnqueue(branches[1].controller, second);
    reading = false;
    if (readAgain) pull();
  }

  function cancel(index, reason) {
    isCanceled[index] = true;
    reasons[index] = reason;
    if (isCanceled[1 - index]) canceled.resolve(cancelStream(stream, reasons));
    return canceled.promise;
  }

  for (let i = 0; i < 2; i++) {
    branches[i] = makeStream();
    const { begin } = setUpController(branches[i], {
      start: () => undefined, pull, cancel: (reason) => cancel(i, reason), mark: 1, size: () => 1, wantsViews: false,
    });
    begin();
  }
  react(reader.closed.promise, undefined, (error) => {
    for (let i = 0; i < 2; i++) controllerError(branches[i].controller, error);
    if (!isCanceled[0] || !isCanceled[1]) canceled.resolve();
  });
  return branches;
}
