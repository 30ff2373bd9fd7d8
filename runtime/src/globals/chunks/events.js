// Event, CustomEvent, EventTarget, AbortController and AbortSignal (https://dom.spec.whatwg.org/). There is no tree: a dispatch reaches
// the target and nobody else.
import { defineConstants, defineInterface, dictionary, requireArguments } from './interfaces.js';
import { pinPromise } from './promises.js';

const {
  ArrayPrototypePush, ArrayPrototypeSlice, ArrayPrototypeSplice, Map, MapPrototypeDelete, MapPrototypeGet, MapPrototypeSet, ReflectApply,
  SymbolIterator, TypeError,
} = core.primordials;

function domException(message, name) {
  const { DOMException } = core.load('exception');
  return new DOMException(message, name);
}

/// The state of an event, for EventTarget.
let stateOf;

class Event {
  #type;
  #bubbles;
  #cancelable;
  #composed;
  #state = { __proto__: null, target: null, dispatching: false, stopped: false, passive: false, canceled: false };
  #time = core.native.now();

  static {
    stateOf = (event) => event.#state;
  }

  constructor(type, options = undefined) {
    requireArguments(arguments.length, 1, 'Event');
    this.#type = `${type}`;
    const given = dictionary(options, 'Event');
    this.#bubbles = !!given.bubbles;
    this.#cancelable = !!given.cancelable;
    this.#composed = !!given.composed;
  }

  get type() {
    return this.#type;
  }

  get target() {
    return this.#state.target;
  }

  get srcElement() {
    return this.#state.target;
  }

  get currentTarget() {
    return this.#state.dispatching ? this.#state.target : null;
  }

  get eventPhase() {
    return this.#state.dispatching ? 2 : 0;
  }

  get bubbles() {
    return this.#bubbles;
  }

  get cancelable() {
    return this.#cancelable;
  }

  get composed() {
    return this.#composed;
  }

  get defaultPrevented() {
    return this.#state.canceled;
  }

  get returnValue() {
    return !this.#state.canceled;
  }

  get isTrusted() {
    void this.#type;
    return false;
  }

  get timeStamp() {
    return this.#time;
  }

  composedPath() {
    return this.#state.dispatching ? [this.#state.target] : [];
  }

  preventDefault() {
    if (this.#cancelable && !this.#state.passive) this.#state.canceled = true;
  }

  stopPropagation() {
    void this.#type; // with a single target there is nothing to stop
  }

  stopImmediatePropagation() {
    this.#state.stopped = true;
  }

  [core.inspectSymbol]() {
    return `${this.constructor.name} "${this.#type}"`;
  }
}
defineInterface(Event);
defineConstants(Event, { __proto__: null, NONE: 0, CAPTURING_PHASE: 1, AT_TARGET: 2, BUBBLING_PHASE: 3 });

class CustomEvent extends Event {
  #detail;

  constructor(type, options = undefined) {
    requireArguments(arguments.length, 1, 'CustomEvent');
    super(type, options);
    this.#detail = dictionary(options, 'CustomEvent').detail ?? null;
  }

  get detail() {
    return this.#detail;
  }
}
defineInterface(CustomEvent);

class EventTarget {
  #listeners = new Map(); // arrays of {callback, capture, once, passive, removed}, by type

  #find(type, callback, capture) {
    const list = MapPrototypeGet(this.#listeners, type);
    for (let i = 0; list !== undefined && i < list.length; i++) {
      if (list[i].callback === callback && list[i].capture === capture) return i;
    }
    return -1;
  }

  addEventListener(type, callback, options = undefined) {
    requireArguments(arguments.length, 2, 'EventTarget.addEventListener');
    type = `${type}`;
    const given = typeof options === 'object' && options !== null ? options : { __proto__: null, capture: options };
    const { signal } = given;
    const listener = {
      __proto__: null, callback, capture: !!given.capture, once: !!given.once, passive: !!given.passive, removed: false,
    };
    if (signal !== undefined && !isSignal(signal)) throw new TypeError('EventTarget.addEventListener: signal must be an AbortSignal');
    if (callback === null || callback === undefined) return;
    if (typeof callback !== 'function' && typeof callback !== 'object') {
      throw new TypeError('EventTarget.addEventListener: the listener must be a function or an object');
    }
    if ((signal !== undefined && signal.aborted) || this.#find(type, callback, listener.capture) >= 0) return;
    const list = MapPrototypeGet(this.#listeners, type);
    if (list === undefined) MapPrototypeSet(this.#listeners, type, [listener]);
    else ArrayPrototypePush(list, listener);
    if (signal !== undefined) onAbort(signal, () => this.#remove(type, callback, listener.capture));
  }

  removeEventListener(type, callback, options = undefined) {
    requireArguments(arguments.length, 2, 'EventTarget.removeEventListener');
    this.#remove(`${type}`, callback, !!(typeof options === 'object' && options !== null ? options.capture : options));
  }

  #remove(type, callback, capture) {
    const index = this.#find(type, callback, capture);
    if (index < 0) return;
    const list = MapPrototypeGet(this.#listeners, type);
    list[index].removed = true;
    ArrayPrototypeSplice(list, index, 1);
    if (list.length === 0) MapPrototypeDelete(this.#listeners, type);
  }

  dispatchEvent(event) {
    requireArguments(arguments.length, 1, 'EventTarget.dispatchEvent');
    const listeners = this.#listeners;
    let state;
    try {
      state = stateOf(event);
    } catch {
      throw new TypeError('EventTarget.dispatchEvent: the argument must be an Event');
    }
    if (state.dispatching) throw domException('The event is being dispatched already', 'InvalidStateError');
    state.dispatching = true;
    state.target = this;
    const { type } = event;
    const list = MapPrototypeGet(listeners, type);
    const invoked = list === undefined ? [] : ArrayPrototypeSlice(list);
    for (let i = 0; i < invoked.length && !state.stopped; i++) this.#invoke(type, invoked[i], event, state);
    state.dispatching = false;
    state.stopped = false;
    return !state.canceled;
  }

  #invoke(type, listener, event, state) {
    if (listener.removed) return;
    if (listener.once) this.#remove(type, listener.callback, listener.capture);
    state.passive = listener.passive;
    try {
      if (typeof listener.callback === 'function') {
        ReflectApply(listener.callback, this, [event]);
      } else {
        const { handleEvent } = listener.callback;
        if (typeof handleEvent !== 'function') throw new TypeError('The listener object has no handleEvent method');
        ReflectApply(handleEvent, listener.callback, [event]);
      }
    } catch (error) {
      core.reportError(error);
    }
    state.passive = false;
  }
}
defineInterface(EventTarget);

const token = {}; // what only this file can give to AbortSignal's constructor
let isSignal, abort, onAbort, forgetAbort;

class AbortSignal extends EventTarget {
  #aborted = false;
  #reason = undefined;
  #steps = []; // what else to do at an abort, before listeners hear of it
  #dependents = [];
  #sources = [];
  #dependent = false;
  #handler = null;

  static {
    isSignal = (value) => typeof value === 'object' && value !== null && #steps in value;
    abort = (signal, reason) => signal.#abort(reason);
    onAbort = (signal, step) => {
      ArrayPrototypePush(signal.#steps, step);
    };
    forgetAbort = (signal, step) => {
      for (let i = 0; i < signal.#steps.length; i++) {
        if (signal.#steps[i] === step) ArrayPrototypeSplice(signal.#steps, i, 1);
      }
    };
  }

  constructor(given) {
    if (given !== token) throw new TypeError('Illegal constructor');
    super();
  }

  static abort(reason = domException('The operation was aborted', 'AbortError')) {
    const signal = new AbortSignal(token);
    signal.#aborted = true;
    signal.#reason = reason;
    return signal;
  }

  static timeout(milliseconds) {
    requireArguments(arguments.length, 1, 'AbortSignal.timeout');
    const delay = +milliseconds;
    if (!(delay >= 0 && delay <= 9007199254740991)) throw new TypeError('AbortSignal.timeout: the time must be a number from 0 on');
    const signal = new AbortSignal(token);
    signal.#abortAfter(core.host.sleep(delay).promise);
    return signal;
  }

  async #abortAfter(promise) {
    try {
      await pinPromise(promise);
    } catch (error) {
      core.reportError(error); // refused: too many timers, or the call is over
      return;
    }
    this.#abort(domException('The operation timed out', 'TimeoutError'));
  }

  static any(signals) {
    requireArguments(arguments.length, 1, 'AbortSignal.any');
    if (typeof signals !== 'object' || signals === null || signals[SymbolIterator] === undefined) {
      throw new TypeError('AbortSignal.any: the argument must be a list of signals');
    }
    const list = [...signals];
    const result = new AbortSignal(token);
    result.#dependent = true;
    for (let i = 0; i < list.length; i++) {
      if (!isSignal(list[i])) throw new TypeError('AbortSignal.any: the list must hold signals');
    }
    for (let i = 0; i < list.length; i++) {
      if (!list[i].#aborted) continue;
      result.#aborted = true;
      result.#reason = list[i].#reason;
      return result;
    }
    for (let i = 0; i < list.length; i++) {
      if (!list[i].#dependent) result.#follow(list[i]);
      else for (let j = 0; j < list[i].#sources.length; j++) result.#follow(list[i].#sources[j]);
    }
    return result;
  }

  #follow(source) {
    for (let i = 0; i < this.#sources.length; i++) if (this.#sources[i] === source) return;
    ArrayPrototypePush(this.#sources, source);
    ArrayPrototypePush(source.#dependents, this);
  }

  #unfollow(dependent) {
    for (let i = 0; i < this.#dependents.length; i++) {
      if (this.#dependents[i] === dependent) ArrayPrototypeSplice(this.#dependents, i, 1);
    }
  }

  #abort(reason) {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = reason === undefined ? domException('The operation was aborted', 'AbortError') : reason;
    const reached = [this];
    for (let i = 0; i < this.#dependents.length; i++) {
      const dependent = this.#dependents[i];
      if (dependent.#aborted) continue;
      dependent.#aborted = true;
      dependent.#reason = this.#reason;
      for (let j = 0; j < dependent.#sources.length; j++) if (dependent.#sources[j] !== this) dependent.#sources[j].#unfollow(dependent);
      dependent.#sources = [];
      ArrayPrototypePush(reached, dependent);
    }
    this.#dependents = [];
    for (let i = 0; i < reached.length; i++) reached[i].#tell();
  }

  #tell() {
    const steps = this.#steps;
    this.#steps = [];
    for (let i = 0; i < steps.length; i++) steps[i]();
    this.dispatchEvent(new Event('abort'));
  }

  get aborted() {
    return this.#aborted;
  }

  get reason() {
    return this.#reason;
  }

  throwIfAborted() {
    if (this.#aborted) throw this.#reason;
  }

  get onabort() {
    return this.#handler === null ? null : this.#handler.callback;
  }

  set onabort(callback) {
    const isNew = this.#handler === null;
    this.#handler = typeof callback === 'function' ? { callback } : null;
    // The handler keeps its place among the listeners for as long as it is only replaced.
    if (isNew && this.#handler !== null) this.addEventListener('abort', this.#handle);
    else if (this.#handler === null) this.removeEventListener('abort', this.#handle);
  }

  #handle = (event) => {
    if (this.#handler !== null) ReflectApply(this.#handler.callback, this, [event]);
  };

  [core.inspectSymbol]() {
    return `AbortSignal { aborted: ${this.#aborted} }`;
  }
}
defineInterface(AbortSignal);

class AbortController {
  #signal = new AbortSignal(token);

  get signal() {
    return this.#signal;
  }

  abort(reason = undefined) {
    abort(this.#signal, reason);
  }
}
defineInterface(AbortController);

chunk.Event = Event;
chunk.CustomEvent = CustomEvent;
chunk.EventTarget = EventTarget;
chunk.AbortController = AbortController;
chunk.AbortSignal = AbortSignal;
// For other chunks: whether a value is a signal, and steps to run when it aborts.
chunk.isSignal = isSignal;
chunk.onAbort = onAbort;
chunk.forgetAbort = forgetAbort;
