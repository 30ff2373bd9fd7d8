// Queues whose chunks have sizes (https://streams.spec.whatwg.org/#queue-with-sizes), and the strategies that give them.
import { defineInterface, dictionary, requireArguments } from '../interfaces.js';

const { ArrayPrototypeSplice, RangeError, ReflectApply, TypeError } = core.primordials;

/// Taken chunks that may stay at the front of the array before it is shortened.
const slackMax = 64;

export function makeQueue() {
  return { __proto__: null, items: [], head: 0, size: 0 };
}

export function queueLength(queue) {
  return queue.items.length - queue.head;
}

export function enqueue(queue, value, size) {
  size = +size;
  if (!(size >= 0) || size === Infinity) throw new RangeError('The size of a chunk must be a finite number from 0 on');
  queue.items[queue.items.length] = { __proto__: null, value, size };
  queue.size += size;
}

export function peek(queue) {
  return queue.items[queue.head].value;
}

export function dequeue(queue) {
  const { value, size } = queue.items[queue.head];
  queue.items[queue.head++] = undefined;
  queue.size -= size;
  if (queue.size < 0) queue.size = 0; // rounding
  if (queue.head === queue.items.length) {
    queue.items.length = queue.head = 0;
  } else if (queue.head > slackMax && queue.head * 2 > queue.items.length) {
    ArrayPrototypeSplice(queue.items, 0, queue.head);
    queue.head = 0;
  }
  return value;
}

export function clearQueue(queue) {
  queue.items.length = queue.head = queue.size = 0;
}

/// Reads a strategy: its high water mark, and a function that gives the size of a chunk.
export function readStrategy(strategy, defaultMark) {
  const given = dictionary(strategy, 'The strategy');
  const { highWaterMark, size } = given;
  const mark = highWaterMark === undefined ? defaultMark : +highWaterMark;
  if (!(mark >= 0)) throw new RangeError('highWaterMark must be a number from 0 on');
  if (size !== undefined && typeof size !== 'function') throw new TypeError('The strategy\'s size must be a function');
  return { mark, size: size === undefined ? () => 1 : (value) => ReflectApply(size, undefined, [value]) };
}

/// A method of an underlying source, sink or transformer.
export function methodOf(holder, name) {
  const method = holder[name];
  if (method !== undefined && typeof method !== 'function') throw new TypeError(`${name} must be a function`);
  return method;
}

const byteLength = { size: (value) => value.byteLength }.size;
const one = { size: () => 1 }.size;

function makeMark(options, what) {
  requireArguments(options.length, 1, what);
  const given = dictionary(options[0], what);
  if (given.highWaterMark === undefined) throw new TypeError(`${what} needs a highWaterMark`);
  return +given.highWaterMark;
}

export class ByteLengthQueuingStrategy {
  #mark;

  constructor() {
    this.#mark = makeMark(arguments, 'ByteLengthQueuingStrategy');
  }

  get highWaterMark() {
    return this.#mark;
  }

  get size() {
    void this.#mark;
    return byteLength;
  }
}
defineInterface(ByteLengthQueuingStrategy);

export class CountQueuingStrategy {
  #mark;

  constructor() {
    this.#mark = makeMark(arguments, 'CountQueuingStrategy');
  }

  get highWaterMark() {
    return this.#mark;
  }

  get size() {
    void this.#mark;
    return one;
  }
}
defineInterface(CountQueuingStrategy);
