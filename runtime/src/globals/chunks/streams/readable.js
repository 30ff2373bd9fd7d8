// The classes around readable streams (https://streams.spec.whatwg.org/#rs).
import { defineInterface, dictionary, requireArguments } from '../interfaces.js';
import { pipe } from './pipe.js';
import { defer, markHandled, react, rejected, resolved } from './promises.js';
import { methodOf, readStrategy } from './queue.js';
import {
  acquireReader, cancelStream, canEnqueue, controllerClose, controllerEnqueue, controllerError, desiredSize, isLocked, makeStream, read,
  releaseReader, setUpController, sourceAlgorithms,
} from './readable-state.js';
import { tee } from './tee.js';
import { stateOfWritable, isWritable } from './writable.js';

const {
  ObjectCreate, RangeError, ReflectApply, ReflectDefineProperty, ReflectGetPrototypeOf, ReflectSetPrototypeOf, SymbolAsyncIterator,
  SymbolIterator, TypeError,
} = core.primordials;

const token = {};

export class ReadableStreamDefaultController {
  #controller;

  constructor(given, controller) {
    if (given !== token) throw new TypeError('Illegal constructor');
    this.#controller = controller;
  }

  get desiredSize() {
    return desiredSize(this.#controller);
  }

  get byobRequest() {
    void this.#controller;
    return null;
  }

  close() {
    if (!canEnqueue(this.#controller)) throw new TypeError('The stream is closed already or has failed');
    controllerClose(this.#controller);
  }

  enqueue(chunk = undefined) {
    controllerEnqueue(this.#controller, chunk);
  }

  error(reason = undefined) {
    controllerError(this.#controller, reason);
  }
}
defineInterface(ReadableStreamDefaultController);

export let stateOfReadable, isReadable;

export class ReadableStream {
  #stream;

  static {
    stateOfReadable = (value) => value.#stream;
    isReadable = (value) => typeof value === 'object' && value !== null && #stream in value;
  }

  constructor(source = undefined, strategy = undefined) {
    if (arguments[2] === token) {
      this.#stream = source;
      return;
    }
    const object = dictionary(source ?? undefined, 'ReadableStream');
    const { type, autoAllocateChunkSize } = object;
    if (type !== undefined && `${type}` !== 'bytes') throw new TypeError(`ReadableStream: there is no type '${type}'`);
    void autoAllocateChunkSize; // a hint for readers with buffers of their own, which do not exist here
    const methods = { start: methodOf(object, 'start'), pull: methodOf(object, 'pull'), cancel: methodOf(object, 'cancel') };
    const { mark, size } = readStrategy(strategy, type === undefined ? 1 : 0);
    if (type !== undefined && dictionary(strategy, 'The strategy').size !== undefined) {
      throw new RangeError('A byte stream measures by itself');
    }
    this.#stream = makeStream();
    let face;
    const { controller, begin } = setUpController(this.#stream, {
      ...sourceAlgorithms(object, methods, () => face), mark, size: type === undefined ? size : (view) => view.byteLength,
      wantsViews: type !== undefined,
    });
    face = new ReadableStreamDefaultController(token, controller);
    begin();
  }

  static from(iterable) {
    requireArguments(arguments.length, 1, 'ReadableStream.from');
    return fromIterable(iterable);
  }

  get locked() {
    return isLocked(this.#stream);
  }

  cancel(reason = undefined) {
    try {
      if (isLocked(this.#stream)) return rejected(new TypeError('The stream is locked; cancel its reader instead'));
    } catch (error) {
      return rejected(error);
    }
    return cancelStream(this.#stream, reason);
  }

  getReader(options = undefined) {
    const { mode } = dictionary(options, 'ReadableStream.getReader');
    if (mode !== undefined) throw new TypeError(`ReadableStream.getReader: there is no mode '${mode}' here`);
    return new ReadableStreamDefaultReader(this);
  }

  tee() {
    const branches = tee(this.#stream);
    return [adoptReadable(branches[0]), adoptReadable(branches[1])];
  }

  pipeTo(destination, options = undefined) {
    try {
      void this.#stream;
      requireArguments(arguments.length, 1, 'ReadableStream.pipeTo');
      return this.#pipe(destination, options);
    } catch (error) {
      return rejected(error);
    }
  }

  pipeThrough(pair, options = undefined) {
    requireArguments(arguments.length, 1, 'ReadableStream.pipeThrough');
    const { readable, writable } = pair;
    if (!isReadable(readable)) throw new TypeError('ReadableStream.pipeThrough: readable must be a ReadableStream');
    markHandled(this.#pipe(writable, options));
    return readable;
  }

  #pipe(destination, options) {
    if (!isWritable(destination)) throw new TypeError('The destination must be a WritableStream');
    const { preventClose, preventAbort, preventCancel, signal } = dictionary(options, 'The options of a pipe');
    if (signal !== undefined && !core.load('events').isSignal(signal)) throw new TypeError('signal must be an AbortSignal');
    const state = stateOfWritable(destination);
    if (isLocked(this.#stream)) throw new TypeError('The source is locked');
    if (state.writer !== undefined) throw new TypeError('The destination is locked');
    return pipe(this.#stream, state, {
      preventClose: !!preventClose, preventAbort: !!preventAbort, preventCancel: !!preventCancel, signal,
    });
  }

  values(options = undefined) {
    const { preventCancel } = dictionary(options, 'ReadableStream.values');
    return iterate(acquireReader(this.#stream), !!preventCancel);
  }

  [core.inspectSymbol]() {
    return `ReadableStream { locked: ${this.locked}, state: "${this.#stream.state}" }`;
  }
}
defineInterface(ReadableStream);
ReflectDefineProperty(ReadableStream.prototype, SymbolAsyncIterator, {
  __proto__: null, value: ReadableStream.prototype.values, writable: true, configurable: true,
});

/// The object of the class for a state made elsewhere.
export function adoptReadable(state) {
  return new ReadableStream(state, undefined, token);
}

export class ReadableStreamDefaultReader {
  #reader;

  constructor(stream) {
    requireArguments(arguments.length, 1, 'ReadableStreamDefaultReader');
    if (!isReadable(stream)) throw new TypeError('ReadableStreamDefaultReader: the argument must be a ReadableStream');
    this.#reader = acquireReader(stateOfReadable(stream));
  }

  get closed() {
    try {
      return this.#reader.closed.promise;
    } catch (error) {
      return rejected(error);
    }
  }

  read() {
    try {
      return readOnce(this.#reader);
    } catch (error) {
      return rejected(error);
    }
  }

  cancel(reason = undefined) {
    try {
      const { stream } = this.#reader;
      if (stream === undefined) return rejected(new TypeError('The reader was released'));
      return cancelStream(stream, reason);
    } catch (error) {
      return rejected(error);
    }
  }

  releaseLock() {
    if (this.#reader.stream !== undefined) releaseReader(this.#reader);
  }
}
defineInterface(ReadableStreamDefaultReader);

function readOnce(reader) {
  if (reader.stream === undefined) return rejected(new TypeError('The reader was released'));
  const deferred = defer();
  read(reader, {
    chunk: (value) => deferred.resolve({ value, done: false }),
    close: () => deferred.resolve({ value: undefined, done: true }),
    error: deferred.reject,
  });
  return deferred.promise;
}

const asyncIterators = ObjectCreate(
  ReflectGetPrototypeOf(ReflectGetPrototypeOf(ReflectGetPrototypeOf((async function* () {})()))));

/// An iterator that asks for one chunk at a time, however often `next` is called.
class Iteration {
  #reader;
  #preventCancel;
  #ongoing = undefined;
  #finished = false;

  constructor(reader, preventCancel) {
    this.#reader = reader;
    this.#preventCancel = preventCancel;
  }

  next() {
    const step = () => this.#step();
    this.#ongoing = this.#ongoing === undefined ? step() : react(this.#ongoing, step, step);
    return this.#ongoing;
  }

  #step() {
    if (this.#finished) return resolved({ value: undefined, done: true });
    return react(
      readOnce(this.#reader),
      (result) => {
        if (result.done) this.#finish();
        return result;
      },
      (error) => {
        this.#finish();
        throw error;
      },
    );
  }

  #finish() {
    this.#finished = true;
    if (this.#reader.stream !== undefined) releaseReader(this.#reader);
  }

  return(value = undefined) {
    const end = () => this.#return(value);
    this.#ongoing = this.#ongoing === undefined ? end() : react(this.#ongoing, end, end);
    return this.#ongoing;
  }

  #return(value) {
    const result = { value, done: true };
    if (this.#finished) return resolved(result);
    const canceled = this.#preventCancel ? resolved() : cancelStream(this.#reader.stream, value);
    this.#finish();
    return react(canceled, () => result);
  }
}
ReflectDefineProperty(asyncIterators, 'next', {
  __proto__: null, value: Iteration.prototype.next, writable: true, enumerable: true, configurable: true,
});
ReflectDefineProperty(asyncIterators, 'return', {
  __proto__: null, value: Iteration.prototype.return, writable: true, enumerable: true, configurable: true,
});

function iterate(reader, preventCancel) {
  const iteration = new Iteration(reader, preventCancel);
  // Its private methods stay reachable by their names in the class only.
  ReflectSetPrototypeOf(iteration, asyncIterators);
  return iteration;
}

/// A stream of what an iterable, or an asynchronous one, gives (https://streams.spec.whatwg.org/#readable-stream-from-iterable).
function fromIterable(iterable) {
  const method = iterable?.[SymbolAsyncIterator] ?? iterable?.[SymbolIterator];
  if (typeof method !== 'function') throw new TypeError('ReadableStream.from: the argument must be iterable');
  const iterator = ReflectApply(method, iterable, []);
  if (typeof iterator !== 'object' || iterator === null) throw new TypeError('ReadableStream.from: the iterator must be an object');
  const { next } = iterator;
  const state = makeStream();
  const { controller, begin } = setUpController(state, {
    start: () => undefined,
    async pull() {
      const result = await ReflectApply(next, iterator, []);
      if (typeof result !== 'object' || result === null) throw new TypeError('The iterator gave no object');
      if (result.done) controllerClose(controller);
      else controllerEnqueue(controller, await result.value);
    },
    async cancel(reason) {
      const { return: end } = iterator;
      if (end === undefined || end === null) return;
      const result = await ReflectApply(end, iterator, [reason]);
      if (typeof result !== 'object' || result === null) throw new TypeError('The iterator gave no object');
    },
    mark: 0,
    size: () => 1,
    wantsViews: false,
  });
  begin();
  return adoptReadable(state);
}
