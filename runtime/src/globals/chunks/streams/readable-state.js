// Readable streams without their classes (https://streams.spec.whatwg.org/#rs-all-abstract-ops): plain records and the steps on them.
//
// A stream is { state, reader, error, disturbed, controller, face }, a controller { stream, queue, mark, size, pull, cancel, … }, and a
// reader { stream, requests, closed }; `face` is the object of the class that plugins see. Only default controllers exist:
// `type: "bytes"` gives one that wants views of buffers, without readers that bring their own.
import { call, defer, markHandled, react, rejected, resolved } from './promises.js';
import { clearQueue, dequeue, enqueue, makeQueue, queueLength } from './queue.js';

const { ArrayBufferIsView, ArrayPrototypePush, ArrayPrototypeShift, ReflectApply, TypeError } = core.primordials;

export function makeStream() {
  return {
    __proto__: null, state: 'readable', reader: undefined, error: undefined, disturbed: false, controller: undefined, face: undefined,
  };
}

export function isLocked(stream) {
  return stream.reader !== undefined;
}

/// Starts a stream: `start`, `pull` and `cancel` are functions that return promises, except that `start` may throw.
export function setUpController(stream, { start, pull, cancel, mark, size, wantsViews }) {
  const controller = {
    __proto__: null, stream, queue: makeQueue(), mark, size, pull, cancel, wantsViews, face: undefined,
    started: false, closeRequested: false, pulling: false, pullAgain: false,
  };
  stream.controller = controller;
  return {
    controller,
    begin() {
      react(
        resolved(start()),
        () => {
          controller.started = true;
          pullIfNeeded(controller);
        },
        (error) => controllerError(controller, error),
      );
    },
  };
}

/// The algorithms of a plugin's underlying source.
export function sourceAlgorithms(source, { start, pull, cancel }, face) {
  return {
    start: () => (start === undefined ? undefined : ReflectApply(start, source, [face()])),
    pull: () => call(pull, source, [face()]),
    cancel: (reason) => call(cancel, source, [reason]),
  };
}

export function desiredSize({ stream, queue, mark }) {
  if (stream.state === 'errored') return null;
  return stream.state === 'closed' ? 0 : mark - queue.size;
}

export function canEnqueue(controller) {
  return !controller.closeRequested && controller.stream.state === 'readable';
}

function shouldPull(controller) {
  if (!canEnqueue(controller) || !controller.started) return false;
  const { reader } = controller.stream;
  return (reader !== undefined && reader.requests.length > 0) || desiredSize(controller) > 0;
}

export function pullIfNeeded(controller) {
  if (!shouldPull(controller)) return;
  if (controller.pulling) {
    controller.pullAgain = true;
    return;
  }
  controller.pulling = true;
  react(
    controller.pull(),
    () => {
      controller.pulling = false;
      if (!controller.pullAgain) return;
      controller.pullAgain = false;
      pullIfNeeded(controller);
    },
    (error) => controllerError(controller, error),
  );
}

function forgetAlgorithms(controller) {
  controller.pull = controller.cancel = controller.size = undefined;
}

export function controllerEnqueue(controller, chunk) {
  if (!canEnqueue(controller)) throw new TypeError('The stream takes no more chunks');
  if (controller.wantsViews && !ArrayBufferIsView(chunk)) throw new TypeError('A byte stream takes views of buffers only');
  const { reader } = controller.stream;
  if (reader !== undefined && reader.requests.length > 0) {
    ArrayPrototypeShift(reader.requests).chunk(chunk);
  } else {
    try {
      enqueue(controller.queue, chunk, controller.size(chunk));
    } catch (error) {
      controllerError(controller, error);
      throw error;
    }
  }
  pullIfNeeded(controller);
}

export function controllerClose(controller) {
  if (!canEnqueue(controller)) return;
  controller.closeRequested = true;
  if (queueLength(controller.queue) > 0) return;
  forgetAlgorithms(controller);
  closeStream(controller.stream);
}

export function controllerError(controller, error) {
  if (controller.stream.state !== 'readable') return;
  clearQueue(controller.queue);
  forgetAlgorithms(controller);
  errorStream(controller.stream, error);
}

export function closeStream(stream) {
  stream.state = 'closed';
  const { reader } = stream;
  if (reader === undefined) return;
  reader.closed.resolve();
  const { requests } = reader;
  reader.requests = [];
  for (let i = 0; i < requests.length; i++) requests[i].close();
}

function errorStream(stream, error) {
  stream.state = 'errored';
  stream.error = error;
  const { reader } = stream;
  if (reader === undefined) return;
  reader.closed.reject(error);
  markHandled(reader.closed.promise);
  failRequests(reader, error);
}

function failRequests(reader, error) {
  const { requests } = reader;
  reader.requests = [];
  for (let i = 0; i < requests.length; i++) requests[i].error(error);
}

/// Ends a stream from the consumer's side.
export function cancelStream(stream, reason) {
  stream.disturbed = true;
  if (stream.state === 'closed') return resolved();
  if (stream.state === 'errored') return rejected(stream.error);
  closeStream(stream);
  const { controller } = stream;
  clearQueue(controller.queue);
  const result = controller.cancel(reason);
  forgetAlgorithms(controller);
  return react(result, () => undefined);
}

export function acquireReader(stream) {
  if (isLocked(stream)) throw new TypeError('The stream is locked: it has a reader already');
  const reader = { __proto__: null, stream, requests: [], closed: defer() };
  stream.reader = reader;
  if (stream.state === 'closed') reader.closed.resolve();
  if (stream.state === 'errored') {
    reader.closed.reject(stream.error);
    markHandled(reader.closed.promise);
  }
  return reader;
}

export function releaseReader(reader) {
  const { stream } = reader;
  const error = new TypeError('The reader was released');
  if (stream.state !== 'readable') reader.closed = defer();
  reader.closed.reject(error);
  markHandled(reader.closed.promise);
  stream.reader = undefined;
  reader.stream = undefined;
  failRequests(reader, error);
}

/// Asks for a chunk; `request` has the functions `chunk(value)`, `close()` and `error(reason)`, one of which is called.
export function read(reader, request) {
  const { stream } = reader;
  stream.disturbed = true;
  if (stream.state === 'closed') return request.close();
  if (stream.state === 'errored') return request.error(stream.error);
  const { controller } = stream;
  if (queueLength(controller.queue) === 0) {
    ArrayPrototypePush(reader.requests, request);
    return pullIfNeeded(controller);
  }
  const chunk = dequeue(controller.queue);
  if (controller.closeRequested && queueLength(controller.queue) === 0) {
    forgetAlgorithms(controller);
    closeStream(stream);
  } else {
    pullIfNeeded(controller);
  }
  return request.chunk(chunk);
}
