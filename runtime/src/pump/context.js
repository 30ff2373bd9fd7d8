// What a called function gets as its second argument.
import { internal } from './errors.js';

export function makeContextClass(hostFor, apiFor, abortController) {
  // One field, since most functions never look: the call's id, and once something was asked for, all there is.
  class Made {
    constructor(id) { this.id = id; this.controller = undefined; this.api = undefined; }
  }
  return class CallContext {
    #made;
    constructor(id) { this.#made = id; }
    #own() { return typeof this.#made === 'number' ? this.#made = new Made(this.#made) : this.#made; }
    #api() {
      const own = this.#own();
      return own.api ??= apiFor(hostFor(own.id));
    }
    /// Aborted when the caller no longer wants the result. Made on first use.
    get signal() {
      const own = this.#own();
      own.controller ??= new (abortController())();
      return own.controller.signal;
    }
    get state() { return this.#api().state; }
    get config() { return this.#api().config; }
    get log() { return this.#api().log; }
    get http() { return this.#api().http; }
    get time() { return this.#api().time; }
    static abort(context) {
      const made = context.#made;
      if (typeof made !== 'number' && made.controller) made.controller.abort(internal('call.cancelled', 'The caller no longer wants this result.'));
    }
  };
}
