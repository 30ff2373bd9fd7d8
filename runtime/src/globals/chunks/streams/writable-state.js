// Writable streams without their classes (https://streams.spec.whatwg.org/#ws-all-abstract-ops): plain records and the steps on them.
import { call, defer, markHandled, react, rejected, resolved } from './promises.js';
import { clearQueue, dequeue, enqueue, makeQueue, peek, queueLength } from './queue.js';

const { ArrayPrototypePush, ArrayPrototypeShift, ReflectApply, TypeError } = core.primordials;

/// What stands in the queue for the end of the stream.
const closeSentinel = { __proto__: null };

export function makeStream() {
  return {
    __proto__: null, state: 'writable', error: undefined, writer: undefined, controller: undefined, backpressure: false, face: undefined,
    writeRequests: [], inFlightWrite: undefined, closeRequest: undefined, inFlightClose: undefined, pendingAbort: undefined,
  };
}

/// Starts a stream: `write`, `close` and `abort` return promises; `start` returns anything, or throws.
export function setUpController(stream, { start, write, close, abort, mark, size }) {
  const { AbortController } = core.load('events');
  const controller = {
    __proto__: null, stream, queue: makeQueue(), mark, size, write, close, abort, started: false, abortController: new AbortController(),
    face: undefined,
  };
  stream.controller = controller;
  updateBackpressure(stream, desiredSize(controller) <= 0);
  return {
    controller,
    begin() {
      react(
        resolved(start()),
        () => {
          controller.started = true;
          advance(controller);
        },
        (error) => {
          controller.started = true;
          dealWithRejection(stream, error);
        },
      );
    },
  };
}

/// The algorithms of a plugin's underlying sink.
export function sinkAlgorithms(sink, { start, write, close, abort }, face) {
  return {
    start: () => (start === undefined ? undefined : ReflectApply(start, sink, [face()])),
    write: (chunk) => call(write, sink, [chunk, face()]),
    close: () => call(close, sink, []),
    abort: (reason) => call(abort, sink, [reason]),
  };
}

export function desiredSize({ queue, mark }) {
  return mark - queue.size;
}

export function isLocked(stream) {
  return stream.writer !== undefined;
}

export function closeQueuedOrInFlight(stream) {
  return stream.closeRequest !== undefined || stream.inFlightClose !== undefined;
}

function forgetAlgorithms(controller) {
  controller.write = controller.close = controller.abort = controller.size = undefined;
}

/// Lets the controller do its next step, if it may.
function advance(controller) {
  const { stream, queue } = controller;
  if (!controller.started || stream.inFlightWrite !== undefined) return;
  if (stream.state === 'erroring') {
    finishErroring(stream);
    return;
  }
  if (queueLength(queue) === 0 || stream.inFlightClose !== undefined) return;
  if (peek(queue) === closeSentinel) processClose(controller);
  else processWrite(controller, peek(queue));
}

function processClose(controller) {
  const { stream, queue } = controller;
  stream.inFlightClose = stream.closeRequest;
  stream.closeRequest = undefined;
  dequeue(queue);
  const result = controller.close();
  forgetAlgorithms(controller);
  react(
    result,
    () => finishInFlightClose(stream),
    (error) => {
      stream.inFlightClose.reject(error);
      stream.inFlightClose = undefined;
      if (stream.pendingAbort !== undefined) {
        stream.pendingAbort.reject(error);
        stream.pendingAbort = undefined;
      }
      dealWithRejection(stream, error);
    },
  );
}

function finishInFlightClose(stream) {
  stream.inFlightClose.resolve();
  stream.inFlightClose = undefined;
  if (stream.state === 'erroring') {
    stream.error = undefined;
    if (stream.pendingAbort !== undefined) {
      stream.pendingAbort.resolve();
      stream.pendingAbort = undefined;
    }
  }
  stream.state = 'closed';
  if (stream.writer !== undefined) stream.writer.closed.resolve();
}

function processWrite(controller, chunk) {
  const { stream, queue } = controller;
  stream.inFlightWrite = ArrayPrototypeShift(stream.writeRequests);
  react(
    controller.write(chunk),
    () => {
      stream.inFlightWrite.resolve();
      stream.inFlightWrite = undefined;
      dequeue(queue);
      if (!closeQueuedOrInFlight(stream) && stream.state === 'writable') updateBackpressure(stream, desiredSize(controller) <= 0);
      advance(controller);
    },
    (error) => {
      if (stream.state === 'writable') forgetAlgorithms(controller);
      stream.inFlightWrite.reject(error);
      stream.inFlightWrite = undefined;
      dealWithRejection(stream, error);
    },
  );
}

function dealWithRejection(stream, error) {
  if (stream.state === 'writable') startErroring(stream, error);
  else finishErroring(stream);
}

export function startErroring(stream, reason) {
  const { controller, writer } = stream;
  stream.state = 'erroring';
  stream.error = reason;
  if (writer !== undefined) rejectReady(writer, reason);
  if (stream.inFlightWrite === undefined && stream.inFlightClose === undefined && controller.started) finishErroring(stream);
}

function finishErroring(stream) {
  const { controller, error, writeRequests } = stream;
  stream.state = 'errored';
  clearQueue(controller.queue);
  stream.writeRequests = [];
  for (let i = 0; i < writeRequests.length; i++) writeRequests[i].reject(error);
  const { pendingAbort } = stream;
  stream.pendingAbort = undefined;
  if (pendingAbort === undefined) {
    rejectCloseAndClosed(stream);
    return;
  }
  if (pendingAbort.wasErroring) {
    pendingAbort.reject(error);
    rejectCloseAndClosed(stream);
    return;
  }
  const result = controller.abort(pendingAbort.reason);
  forgetAlgorithms(controller);
  react(
    result,
    () => {
      pendingAbort.resolve();
      rejectCloseAndClosed(stream);
    },
    (reason) => {
      pendingAbort.reject(reason);
      rejectCloseAndClosed(stream);
    },
  );
}

function rejectCloseAndClosed(stream) {
  if (stream.closeRequest !== undefined) {
    stream.closeRequest.reject(stream.error);
    stream.closeRequest = undefined;
  }
  if (stream.writer === undefined) return;
  stream.writer.closed.reject(stream.error);
  markHandled(stream.writer.closed.promise);
}

function rejectReady(writer, error) {
  if (writer.isSettled) writer.ready = defer();
  writer.isSettled = true;
  writer.ready.reject(error);
  markHandled(writer.ready.promise);
}

function updateBackpressure(stream, backpressure) {
  const { writer } = stream;
  if (writer !== undefined && backpressure !== stream.backpressure) {
    if (backpressure) {
      writer.ready = defer();
      writer.isSettled = false;
    } else {
      writer.ready.resolve();
      writer.isSettled = true;
    }
  }
  stream.backpressure = backpressure;
}

export function controllerError(controller, error) {
  forgetAlgorithms(controller);
  startErroring(controller.stream, error);
}

export function controllerErrorIfNeeded(controller, error) {
  if (controller.stream.state === 'writable') controllerError(controller, error);
}

export function abortStream(stream, reason) {
  if (stream.state === 'closed' || stream.state === 'errored') return resolved();
  stream.controller.abortController.abort(reason);
  const { state } = stream; // the signal's listeners may have changed it
  if (state === 'closed' || state === 'errored') return resolved();
  if (stream.pendingAbort !== undefined) return stream.pendingAbort.promise;
  const wasErroring = state === 'erroring';
  const pending = defer();
  pending.reason = wasErroring ? undefined : reason;
  pending.wasErroring = wasErroring;
  stream.pendingAbort = pending;
  if (!wasErroring) startErroring(stream, reason);
  return pending.promise;
}

export function closeStream(stream) {
  if (stream.state === 'closed' || stream.state === 'errored') return rejected(new TypeError('The stream is closed or failed already'));
  if (closeQueuedOrInFlight(stream)) return rejected(new TypeError('The stream is being closed already'));
  const request = defer();
  stream.closeRequest = request;
  if (stream.writer !== undefined && stream.backpressure && stream.state === 'writable') {
    stream.writer.ready.resolve();
    stream.writer.isSettled = true;
  }
  enqueue(stream.controller.queue, closeSentinel, 0);
  advance(stream.controller);
  return request.promise;
}

export function acquireWriter(stream) {
  if (isLocked(stream)) throw new TypeError('The stream is locked: it has a writer already');
  const writer = { __proto__: null, stream, ready: defer(), isSettled: false, closed: defer() };
  stream.writer = writer;
  if (stream.state === 'erroring' || stream.state === 'errored') {
    rejectReady(writer, stream.error);
  } else if (stream.state === 'closed' || closeQueuedOrInFlight(stream) || !stream.backpressure) {
    writer.ready.resolve();
    writer.isSettled = true;
  }
  if (stream.state === 'closed') writer.closed.resolve();
  if (stream.state === 'errored') {
    writer.closed.reject(stream.error);
    markHandled(writer.closed.promise);
  }
  return writer;
}

export function releaseWriter(writer) {
  const { stream } = writer;
  const error = new TypeError('The writer was released');
  rejectReady(writer, error);
  if (stream.state === 'closed' || stream.state === 'errored') writer.closed = defer();
  writer.closed.reject(error);
  markHandled(writer.closed.promise);
  stream.writer = undefined;
  writer.stream = undefined;
}

export function write(writer, chunk) {
  const { stream } = writer;
  const { controller } = stream;
  let size = 1;
  try {
    if (controller.size !== undefined) size = controller.size(chunk);
  } catch (error) {
    controllerErrorIfNeeded(controller, error);
  }
  if (writer.stream !== stream) return rejected(new TypeError('The writer was released'));
  if (stream.state === 'errored') return rejected(stream.error);
  if (stream.state === 'closed' || closeQueuedOrInFlight(stream)) return rejected(new TypeError('The stream is closed or being closed'));
  if (stream.state === 'erroring') return rejected(stream.error);
  const request = defer();
  ArrayPrototypePush(stream.writeRequests, request);
  try {
    enqueue(controller.queue, chunk, size);
  } catch (error) {
    controllerErrorIfNeeded(controller, error);
    return request.promise;
  }
  if (!closeQueuedOrInFlight(stream) && stream.state === 'writable') updateBackpressure(stream, desiredSize(controller) <= 0);
  advance(controller);
  return request.promise;
}

/// Closes like `closeStream`, but takes a stream that is closing or closed for done.
export function closeWithErrorPropagation(writer) {
  const { stream } = writer;
  if (closeQueuedOrInFlight(stream) || stream.state === 'closed') return resolved();
  return stream.state === 'errored' ? rejected(stream.error) : closeStream(stream);
}
