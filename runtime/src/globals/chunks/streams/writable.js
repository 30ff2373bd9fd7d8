// The classes around writable streams (https://streams.spec.whatwg.org/#ws).
import { defineInterface, dictionary, requireArguments } from '../interfaces.js';
import { rejected } from './promises.js';
import { methodOf, readStrategy } from './queue.js';
import {
  abortStream, acquireWriter, closeQueuedOrInFlight, closeStream, controllerErrorIfNeeded, desiredSize, isLocked, makeStream, releaseWriter,
  setUpController, sinkAlgorithms, write,
} from './writable-state.js';

const { RangeError, TypeError } = core.primordials;

const token = {};

export class WritableStreamDefaultController {
  #controller;

  constructor(given, controller) {
    if (given !== token) throw new TypeError('Illegal constructor');
    this.#controller = controller;
  }

  get signal() {
    return this.#controller.abortController.signal;
  }

  error(reason = undefined) {
    controllerErrorIfNeeded(this.#controller, reason);
  }
}
defineInterface(WritableStreamDefaultController);

export let stateOfWritable, isWritable;

export class WritableStream {
  #stream;

  static {
    stateOfWritable = (value) => value.#stream;
    isWritable = (value) => typeof value === 'object' && value !== null && #stream in value;
  }

  constructor(sink = undefined, strategy = undefined) {
    if (arguments[2] === token) {
      this.#stream = sink;
      return;
    }
    const object = dictionary(sink ?? undefined, 'WritableStream');
    if (object.type !== undefined) throw new RangeError('WritableStream: a sink has no type');
    const methods = {
      start: methodOf(object, 'start'),
      write: methodOf(object, 'write'),
      close: methodOf(object, 'close'),
      abort: methodOf(object, 'abort'),
    };
    const { mark, size } = readStrategy(strategy, 1);
    this.#stream = makeStream();
    let face;
    const { controller, begin } = setUpController(this.#stream, { ...sinkAlgorithms(object, methods, () => face), mark, size });
    face = new WritableStreamDefaultController(token, controller);
    begin();
  }

  get locked() {
    return isLocked(this.#stream);
  }

  abort(reason = undefined) {
    try {
      if (isLocked(this.#stream)) return rejected(new TypeError('The stream is locked; abort its writer instead'));
      return abortStream(this.#stream, reason);
    } catch (error) {
      return rejected(error);
    }
  }

  close() {
    try {
      if (isLocked(this.#stream)) return rejected(new TypeError('The stream is locked; close its writer instead'));
      return closeStream(this.#stream);
    } catch (error) {
      return rejected(error);
    }
  }

  getWriter() {
    return new WritableStreamDefaultWriter(this);
  }

  [core.inspectSymbol]() {
    return `WritableStream { locked: ${this.locked}, state: "${this.#stream.state}" }`;
  }
}
defineInterface(WritableStream);

/// The object of the class for a state made elsewhere.
export function adoptWritable(state) {
  return new WritableStream(state, undefined, token);
}

export class WritableStreamDefaultWriter {
  #writer;

  constructor(stream) {
    requireArguments(arguments.length, 1, 'WritableStreamDefaultWriter');
    if (!isWritable(stream)) throw new TypeError('WritableStreamDefaultWriter: the argument must be a WritableStream');
    this.#writer = acquireWriter(stateOfWritable(stream));
  }

  get closed() {
    try {
      return this.#writer.closed.promise;
    } catch (error) {
      return rejected(error);
    }
  }

  get ready() {
    try {
      return this.#writer.ready.promise;
    } catch (error) {
      return rejected(error);
    }
  }

  get desiredSize() {
    const { stream } = this.#writer;
    if (stream === undefined) throw new TypeError('The writer was released');
    if (stream.state === 'errored' || stream.state === 'erroring') return null;
    return stream.state === 'closed' ? 0 : desiredSize(stream.controller);
  }

  abort(reason = undefined) {
    try {
      const { stream } = this.#writer;
      return stream === undefined ? rejected(new TypeError('The writer was released')) : abortStream(stream, reason);
    } catch (error) {
      return rejected(error);
    }
  }

  close() {
    try {
      const { stream } = this.#writer;
      if (stream === undefined) return rejected(new TypeError('The writer was released'));
      if (closeQueuedOrInFlight(stream)) return rejected(new TypeError('The stream is being closed already'));
      return closeStream(stream);
    } catch (error) {
      return rejected(error);
    }
  }

  releaseLock() {
    if (this.#writer.stream !== undefined) releaseWriter(this.#writer);
  }

  write(chunk = undefined) {
    try {
      return this.#writer.stream === undefined ? rejected(new TypeError('The writer was released')) : write(this.#writer, chunk);
    } catch (error) {
      return rejected(error);
    }
  }
}
defineInterface(WritableStreamDefaultWriter);
