// TransformStream (https://streams.spec.whatwg.org/#ts-model): a writable side whose chunks come out, changed, on a readable side.
import { defineInterface, dictionary } from '../interfaces.js';
import { call, defer, react, rejected, resolved } from './promises.js';
import { methodOf, readStrategy } from './queue.js';
import * as readable from './readable-state.js';
import { adoptReadable } from './readable.js';
import * as writable from './writable-state.js';
import { adoptWritable } from './writable.js';

const { RangeError, ReflectApply, TypeError } = core.primordials;

/// A transform is { readable, writable, backpressure, change, controller, transform, flush, cancel, finished }: the first two are states of
/// the two sides, `change` is settled when `backpressure` changes.
function makeTransform(writableStrategy, readableStrategy, { start, transform, flush, cancel }) {
  const self = {
    __proto__: null, readable: readable.makeStream(), writable: writable.makeStream(), backpressure: true, change: defer(), face: undefined,
    transform, flush, cancel, finished: undefined,
  };
  const started = defer();
  const sink = writable.setUpController(self.writable, {
    start: () => started.promise,
    write: (chunk) => sinkWrite(self, chunk),
    close: () => sinkClose(self),
    abort: (reason) => sinkAbort(self, reason),
    mark: writableStrategy.mark,
    size: writableStrategy.size,
  });
  const source = readable.setUpController(self.readable, {
    start: () => started.promise,
    pull() {
      setBackpressure(self, false);
      return self.change.promise;
    },
    cancel: (reason) => sourceCancel(self, reason),
    mark: readableStrategy.mark,
    size: readableStrategy.size,
    wantsViews: false,
  });
  sink.begin();
  source.begin();
  return { self, begin: () => started.resolve(start()) };
}

function setBackpressure(self, backpressure) {
  if (self.backpressure === backpressure) return;
  self.change.resolve();
  self.change = defer();
  self.backpressure = backpressure;
}

function unblockWrite(self) {
  if (self.backpressure) setBackpressure(self, false);
}

function forgetAlgorithms(self) {
  self.transform = self.flush = self.cancel = undefined;
}

export function enqueue(self, chunk) {
  const { controller } = self.readable;
  if (!readable.canEnqueue(controller)) throw new TypeError('The readable side takes no more chunks');
  try {
    readable.controllerEnqueue(controller, chunk);
  } catch (error) {
    errorWritable(self, error);
    throw self.readable.error;
  }
  const backpressure = controller.stream.state !== 'readable' || readable.desiredSize(controller) <= 0;
  const isWaited = self.readable.reader !== undefined && self.readable.reader.requests.length > 0;
  if (backpressure && !isWaited && !self.backpressure) setBackpressure(self, true);
}

export function errorBoth(self, error) {
  readable.controllerError(self.readable.controller, error);
  errorWritable(self, error);
}

function errorWritable(self, error) {
  forgetAlgorithms(self);
  writable.controllerErrorIfNeeded(self.writable.controller, error);
  unblockWrite(self);
}

export function terminate(self) {
  readable.controllerClose(self.readable.controller);
  errorWritable(self, new TypeError('The transform was terminated'));
}

function sinkWrite(self, chunk) {
  if (!self.backpressure) return performTransform(self, chunk);
  return react(self.change.promise, () => {
    if (self.writable.state === 'erroring') throw self.writable.error;
    return performTransform(self, chunk);
  });
}

function performTransform(self, chunk) {
  return react(self.transform(chunk), undefined, (error) => {
    errorBoth(self, error);
    throw error;
  });
}

function sinkAbort(self, reason) {
  if (self.finished !== undefined) return self.finished.promise;
  self.finished = defer();
  const result = self.cancel(reason);
  forgetAlgorithms(self);
  react(
    result,
    () => {
      if (self.readable.state === 'errored') {
        self.finished.reject(self.readable.error);
      } else {
        readable.controllerError(self.readable.controller, reason);
        self.finished.resolve();
      }
    },
    (error) => {
      readable.controllerError(self.readable.controller, error);
      self.finished.reject(error);
    },
  );
  return self.finished.promise;
}

function sinkClose(self) {
  if (self.finished !== undefined) return self.finished.promise;
  self.finished = defer();
  const result = self.flush();
  forgetAlgorithms(self);
  react(
    result,
    () => {
      if (self.readable.state === 'errored') {
        self.finished.reject(self.readable.error);
      } else {
        readable.controllerClose(self.readable.controller);
        self.finished.resolve();
      }
    },
    (error) => {
      readable.controllerError(self.readable.controller, error);
      self.finished.reject(error);
    },
  );
  return self.finished.promise;
}

function sourceCancel(self, reason) {
  if (self.finished !== undefined) return self.finished.promise;
  self.finished = defer();
  const result = self.cancel(reason);
  forgetAlgorithms(self);
  react(
    result,
    () => {
      if (self.writable.state === 'errored') {
        self.finished.reject(self.writable.error);
      } else {
        writable.controllerErrorIfNeeded(self.writable.controller, reason);
        unblockWrite(self);
        self.finished.resolve();
      }
    },
    (error) => {
      writable.controllerErrorIfNeeded(self.writable.controller, error);
      unblockWrite(self);
      self.finished.reject(error);
    },
  );
  return self.finished.promise;
}

const token = {};

export class TransformStreamDefaultController {
  #self;

  constructor(given, self) {
    if (given !== token) throw new TypeError('Illegal constructor');
    this.#self = self;
  }

  get desiredSize() {
    return readable.desiredSize(this.#self.readable.controller);
  }

  enqueue(chunk = undefined) {
    enqueue(this.#self, chunk);
  }

  error(reason = undefined) {
    errorBoth(this.#self, reason);
  }

  terminate() {
    terminate(this.#self);
  }
}
defineInterface(TransformStreamDefaultController);

/// The algorithms of a plugin's transformer.
function transformerAlgorithms(transformer) {
  const start = methodOf(transformer, 'start');
  const transform = methodOf(transformer, 'transform');
  const flush = methodOf(transformer, 'flush');
  const cancel = methodOf(transformer, 'cancel');
  let face;
  let self;
  return {
    adopt(made) {
      self = made;
      face = new TransformStreamDefaultController(token, self);
    },
    start: () => (start === undefined ? undefined : ReflectApply(start, transformer, [face])),
    transform(chunk) {
      if (transform !== undefined) return call(transform, transformer, [chunk, face]);
      try {
        enqueue(self, chunk);
        return resolved();
      } catch (error) {
        return rejected(error);
      }
    },
    flush: () => call(flush, transformer, [face]),
    cancel: (reason) => call(cancel, transformer, [reason]),
  };
}

export class TransformStream {
  #readable;
  #writable;

  constructor(transformer = undefined, writableStrategy = undefined, readableStrategy = undefined) {
    const given = dictionary(transformer ?? undefined, 'TransformStream');
    if (given.readableType !== undefined || given.writableType !== undefined) {
      throw new RangeError('readableType and writableType must not be given');
    }
    const algorithms = transformerAlgorithms(given);
    const readableSide = readStrategy(readableStrategy, 0);
    const { self, begin } = makeTransform(readStrategy(writableStrategy, 1), readableSide, algorithms);
    algorithms.adopt(self);
    this.#readable = adoptReadable(self.readable);
    this.#writable = adoptWritable(self.writable);
    begin();
  }

  get readable() {
    return this.#readable;
  }

  get writable() {
    return this.#writable;
  }
}
defineInterface(TransformStream);
