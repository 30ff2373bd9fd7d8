// What a called function gets as its second argument.
import { internal } from './errors.js';

export function makeContextClass(hostFor, apiFor, abortController) {
  return class CallContext {
    #id; #controller; #api;
    constructor(id) { this.#id = id; }
    /// Aborted when the caller no longer wants the result. Made on first use.
    get signal() {
      this.#controller ??= new (abortController())();
      return this.#controller.signal;
    }
    get state() { return this.#own().state; }
    get config() { return this.#own().config; }
    get log() { return this.#own().log; }
    get http() { return this.#own().http; }
    get time() { return this.#own().time; }
    #own() { return this.#api ??= apiFor(hostFor(this.#id)); }
    static abort(context) {
      if (context.#controller) context.#controller.abort(internal('call.cancelled', 'The caller no longer wants this result.'));
    }
  };
}
