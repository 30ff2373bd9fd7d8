// What the facade keeps of one organisation.

const { parse, stringify } = JSON;
const NativeError = Error;

/// One organisation's signals, and what their `getCredential` may answer.
export class Tenant {
  running = 0;
  catalog;       // { key, signals: Map of signalTypeId to signal } once loaded: those stand before `signals`
  signals;       // Map of signalTypeId to signal once made, a promise of what `load` gives while they are being made
  refreshing;    // the AbortController of the catalog that is on its way
  #orgId;
  #credential;   // undefined when nothing is stored

  constructor(orgId) { this.#orgId = orgId; }

  /// Lets `getCredential` answer until the lease that is given has ended. It may be ended twice.
  begin(credential) {
    this.running++;
    this.#credential = credential ?? undefined;
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      // What outlives its call finds nothing.
      if (--this.running === 0) this.#credential = undefined;
    };
  }

  /// Bound, because plugins take it off the context.
  getCredential = async (orgId) => {
    if (this.running === 0) throw new NativeError('getCredential works only while a call for the organisation is running.');
    if (orgId !== this.#orgId) throw new NativeError('getCredential answers only for the organisation of the running call.');
    // A copy for each: what a plugin does to one must not show in the next.
    return this.#credential === undefined ? undefined : parse(stringify(this.#credential));
  };
}
