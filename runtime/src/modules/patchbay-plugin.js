// `@patchbay/plugin`: what a plugin of our own format may ask of the hub. `create({ host })` makes the module for one call or, with the
// worker's own host, for a whole plugin. Types and examples for authors stand in sdk/. Part of the prelude: every worker needs it.
//
// `config.get` and `time.now` answer at once; everything else that asks the hub returns a promise. Outside a call (at the top of a
// module) only `log` works: asking the hub is a right that comes with a call.
'use strict';

const { apply } = Reflect;
const { isArray } = Array;
const { keys } = Object;
const { parse, stringify } = JSON;
const NativeString = String, NativeError = Error, NativeTypeError = TypeError, NativeUint8Array = Uint8Array, NativeArrayBuffer = ArrayBuffer;
const { isView } = ArrayBuffer;
const { toLowerCase, toWellFormed } = String.prototype;
const { fromBase64 } = Uint8Array;
const { toBase64 } = Uint8Array.prototype;

/// A text for any value; never throws.
function text(value) {
  try { return apply(toWellFormed, NativeString(value), []); } catch { return 'a value that cannot be shown'; }
}

function errorFields(error) {
  try { return { error: { name: text(error.name), message: text(error.message), stack: text(error.stack) } }; } catch { return { error: 'an error that cannot be shown' }; }
}

function makeLog(host) {
  function write(level, message, fields) {
    // Logging must not be what fails: fields that are no JSON are named instead of written.
    let extra;
    if (fields !== undefined && fields !== null) {
      extra = fields instanceof NativeError ? errorFields(fields) : typeof fields === 'object' && !isArray(fields) ? fields : { value: fields };
      try { stringify(extra); } catch { extra = { fields: 'cannot be written as JSON' }; }
    }
    const line = message instanceof NativeError && extra === undefined ? text(message.message) : text(message);
    if (message instanceof NativeError && extra === undefined) extra = errorFields(message);
    host.notify('log', extra === undefined ? { level, message: line } : { level, message: line, fields: extra });
  }
  return {
    /// A line for whoever develops the plugin.
    debug: (message, fields) => write('debug', message, fields),
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields),
  };
}

// An async function costs memory before it asks the hub, so in a flood that is refused anyway `host.refusal` is asked first.

function makeState(host) {
  async function get(key, fallback) { return (await host.call('state.get', { key })) ?? fallback; }
  async function set(key, value) {
    if (value === undefined) throw new NativeTypeError('state.set needs a JSON value; to forget a key, use state.delete.');
    await host.call('state.set', { key, value });
  }
  return {
    /// The value kept under `key`, or `fallback` when there is none.
    get: (key, fallback) => host.refusal() ?? get(key, fallback),
    /// The same without a promise: the plugin stands still until the hub has answered, a microsecond or two. For hot loops.
    getSync: (key, fallback) => host.callSync('state.get', { key }) ?? fallback,
    /// Keeps a JSON value, at most 256 KiB. It survives the worker.
    set: (key, value) => host.refusal() ?? set(key, value),
    /// Forgets a key; says whether there was one.
    delete: (key) => host.call('state.delete', { key }),
    /// One page of keys: `{ keys, cursor }`. A cursor that is not null asks for the next page: `list({ prefix, cursor })`.
    list: (options) => host.call('state.list', typeof options === 'string' ? { prefix: options } : options ?? {}),
  };
}

function makeConfig(host) {
  return {
    /// The value set for `key`, or `fallback`; without a key the whole configuration.
    get: (key, fallback) => host.callSync('config.get', key === undefined ? {} : { key }) ?? fallback,
  };
}

function makeTime(host) {
  async function sleep(milliseconds, options) { await host.call('time.sleep', { ms: milliseconds }, options); }
  return {
    /// Milliseconds since 1970 by the hub's clock.
    now: () => host.callSync('time.now', {}).unixMs,
    /// Waits; at most 15 minutes. `options.signal` ends the wait early by a rejection.
    sleep: (milliseconds, options) => host.refusal() ?? sleep(milliseconds, options),
  };
}

function pairs(headers) {
  if (headers === undefined || headers === null) return undefined;
  if (isArray(headers)) return headers;
  if (typeof headers.forEach === 'function') {
    const list = [];
    headers.forEach((value, name) => { list[list.length] = [name, value]; });
    return list;
  }
  const names = keys(headers), list = [];
  for (let i = 0; i < names.length; i++) list[i] = [names[i], text(headers[names[i]])];
  return list;
}

function request(url, options) {
  const out = { url: text(url) };
  const { method, body, json, redirect, timeoutMs } = options;
  const headers = pairs(options.headers);
  if (headers !== undefined) out.headers = headers;
  if (redirect !== undefined) out.redirect = redirect;
  if (timeoutMs !== undefined) out.timeoutMs = timeoutMs;
  if (json !== undefined) {
    if (body !== undefined) throw new NativeTypeError('http.fetch takes a body or json, not both.');
    out.body = stringify(json);
    out.headers ??= [];
    let isTyped = false;
    for (let i = 0; i < out.headers.length; i++) if (apply(toLowerCase, text(out.headers[i][0]), []) === 'content-type') isTyped = true;
    if (!isTyped) out.headers = [...out.headers, ['content-type', 'application/json']];
  } else if (isView(body) || body instanceof NativeArrayBuffer) {
    const bytes = isView(body) ? new NativeUint8Array(body.buffer, body.byteOffset, body.byteLength) : new NativeUint8Array(body);
    out.body = apply(toBase64, bytes, []);
    out.bodyEncoding = 'base64';
  } else if (body !== undefined && body !== null) {
    out.body = text(body);
  }
  out.method = method ?? (out.body === undefined ? 'GET' : 'POST');
  return out;
}

// As a property, because a name of its own would not survive the bundling of the prelude.
const { Response } = { Response: class {
  #body; #encoding;
  constructor(answer) {
    this.#body = answer.body;
    this.#encoding = answer.bodyEncoding;
    this.status = answer.status;
    this.statusText = answer.statusText;
    /// After redirects.
    this.url = answer.url;
    this.redirected = answer.redirected;
    this.ok = answer.status >= 200 && answer.status < 300;
    /// By lower-case name; values of a repeated header are joined by ', '.
    this.headers = { __proto__: null };
    for (let i = 0; i < answer.headers.length; i++) {
      const [name, value] = answer.headers[i], key = apply(toLowerCase, name, []);
      this.headers[key] = this.headers[key] === undefined ? value : this.headers[key] + ', ' + value;
    }
  }
  /// The body as text; bytes that are no UTF-8 become U+FFFD.
  text() { return this.#encoding === 'base64' ? new TextDecoder().decode(this.bytes()) : this.#body; }
  json() { return parse(this.text()); }
  /// The body as a Uint8Array.
  bytes() { return this.#encoding === 'base64' ? apply(fromBase64, NativeUint8Array, [this.#body]) : new TextEncoder().encode(this.#body); }
} };

function makeHTTP(host) {
  async function fetch(url, options) {
    return new Response(await host.call('http.fetch', request(url, options), { signal: options.signal }));
  }
  return {
    /// Sends a request to a host that the manifest asks for (`network:outbound:HOST`) and the operator has granted.
    ///
    /// `options`: `method`, `headers` (object, pairs or Headers), `body` (text or bytes) or `json`, `redirect` (`follow`, `manual`,
    /// `error`), `timeoutMs`, `signal`. The answer is whole: `status`, `ok`, `headers` by lower-case name, `text()`, `json()`, `bytes()`.
    fetch: (url, options = {}) => host.refusal() ?? fetch(url, options),
  };
}

export function create({ host }) {
  return { state: makeState(host), config: makeConfig(host), log: makeLog(host), http: makeHTTP(host), time: makeTime(host) };
}
