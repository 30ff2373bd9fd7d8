// Request (https://fetch.spec.whatwg.org/#request-class). What only a page has (mode, credentials, cache, referrer) is accepted, and shows
// the standard's defaults.
import { defineInterface, dictionary, requireArguments } from '../interfaces.js';
import { cloneBody, defineBody, extractBody, isUsed, makeBody } from './body.js';
import { Headers } from './headers.js';

const { RegExpPrototypeExec, StringPrototypeToUpperCase, TypeError } = core.primordials;

const standardMethod = /^(?:delete|get|head|options|post|put)$/i;
const forbiddenMethod = /^(?:connect|trace|track)$/i;
const token = /^[!#$%&'*+.^_`|~\da-z-]+$/i;
const redirects = /^(?:follow|error|manual)$/;

function urlOf(input) {
  const url = core.load('url').URL.parse(`${input}`);
  if (url === null) throw new TypeError(`Request: '${input}' is not an absolute URL`);
  if (url.username !== '' || url.password !== '') {
    throw new TypeError('Request: the URL must not hold a user name or password; use a header');
  }
  return url.href;
}

function methodOf(value) {
  const method = `${value}`;
  if (RegExpPrototypeExec(token, method) === null) throw new TypeError(`Request: '${method}' is not a method`);
  if (RegExpPrototypeExec(forbiddenMethod, method) !== null) throw new TypeError(`Request: the method ${method} is not allowed`);
  return RegExpPrototypeExec(standardMethod, method) === null ? method : StringPrototypeToUpperCase(method);
}

/// The record behind a request: { url, method, redirect, body }; undefined for anything else.
export let recordOf;

export class Request {
  #record;
  #headers;
  #signal;

  static {
    recordOf = (value) => (typeof value === 'object' && value !== null && #record in value ? value.#record : undefined);
  }

  constructor(input, init = undefined) {
    requireArguments(arguments.length, 1, 'Request');
    const given = dictionary(init, 'Request');
    const source = recordOf(input);
    const record = { __proto__: null, url: '', method: 'GET', redirect: 'follow', body: null, ...source };
    if (source === undefined) record.url = urlOf(input);
    if (given.method !== undefined) record.method = methodOf(given.method);
    if (given.redirect !== undefined) {
      record.redirect = `${given.redirect}`;
      if (RegExpPrototypeExec(redirects, record.redirect) === null) {
        throw new TypeError(`Request: there is no redirect mode '${given.redirect}'`);
      }
    }
    this.#signal = makeSignal(given.signal === undefined && source !== undefined ? input.signal : given.signal);
    this.#headers = new Headers(given.headers === undefined && source !== undefined ? input.headers : given.headers);
    this.#record = record;
    this.#takeBody(given.body, source);
  }

  #takeBody(value, source) {
    const record = this.#record;
    const isNew = value !== undefined && value !== null;
    if ((isNew || record.body !== null) && (record.method === 'GET' || record.method === 'HEAD')) {
      throw new TypeError(`Request: a ${record.method} request has no body`);
    }
    if (isNew) {
      const { body, type } = extractBody(value);
      record.body = body;
      if (type !== null && !this.#headers.has('content-type')) this.#headers.append('Content-Type', type);
    } else if (source !== undefined && source.body !== null) {
      if (isUsed(source.body)) throw new TypeError('Request: the body of the given request was read already');
      record.body = makeBody({ text: source.body.text, bytes: source.body.bytes, stream: source.body.stream });
      if (source.body.stream !== undefined) {
        const { TransformStream } = core.load('streams');
        record.body.stream = source.body.stream.pipeThrough(new TransformStream());
      }
      source.body.used = true;
    }
  }

  get method() {
    return this.#record.method;
  }

  get url() {
    return this.#record.url;
  }

  get headers() {
    return this.#headers;
  }

  get redirect() {
    return this.#record.redirect;
  }

  get signal() {
    return this.#signal;
  }

  get duplex() {
    return this.#standard('half');
  }

  get cache() {
    return this.#standard('default');
  }

  get credentials() {
    return this.#standard('same-origin');
  }

  get destination() {
    return this.#standard('');
  }

  get integrity() {
    return this.#standard('');
  }

  get keepalive() {
    return this.#standard(false);
  }

  get mode() {
    return this.#standard('cors');
  }

  get referrer() {
    return this.#standard('about:client');
  }

  get referrerPolicy() {
    return this.#standard('');
  }

  #standard(value) {
    return value;
  }

  clone() {
    const { body } = this.#record;
    if (isUsed(body) || (body !== null && body.stream !== undefined && body.stream.locked)) {
      throw new TypeError('Request.clone: the body was read already, or is being read');
    }
    const { url, method, redirect } = this.#record;
    const copy = new Request(url, { method, redirect, headers: this.#headers, signal: this.#signal });
    copy.#record.body = cloneBody(body);
    return copy;
  }

  [core.inspectSymbol]() {
    return `Request { method: "${this.method}", url: "${this.url}" }`;
  }
}
defineBody(Request, (request) => requireRecord(request).body, (request) => request.headers.get('content-type'));
defineInterface(Request);

function requireRecord(request) {
  const record = recordOf(request);
  if (record === undefined) throw new TypeError('The receiver is no Request');
  return record;
}

function makeSignal(source) {
  const { AbortController, AbortSignal, isSignal } = core.load('events');
  if (source === undefined || source === null) return new AbortController().signal;
  if (!isSignal(source)) throw new TypeError('Request: signal must be an AbortSignal');
  return AbortSignal.any([source]);
}
