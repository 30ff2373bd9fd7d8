// Response (https://fetch.spec.whatwg.org/#response-class).
import { defineInterface, dictionary, requireArguments } from '../interfaces.js';
import { cloneBody, defineBody, extractBody, isUsed, makeBody } from './body.js';
import { freeze, Headers } from './headers.js';

const { JSONStringify, RangeError, RegExpPrototypeExec, TypeError } = core.primordials;

const nullBodyStatuses = { __proto__: null, 101: true, 103: true, 204: true, 205: true, 304: true };
const redirectStatuses = { __proto__: null, 301: true, 302: true, 303: true, 307: true, 308: true };

let recordOf;
/// A response to a request that went over the wire.
export let receivedResponse;

export class Response {
  #record;
  #headers;

  static {
    recordOf = (value) => (typeof value === 'object' && value !== null && #record in value ? value.#record : undefined);
    receivedResponse = (answer, body) => {
      const response = new Response();
      const { status, statusText, url, redirected } = answer;
      response.#record = {
        __proto__: null, type: 'basic', status, statusText: statusText ?? '', url: url ?? '', redirected: !!redirected, body,
      };
      response.#headers = freeze(new Headers(answer.headers));
      return response;
    };
  }

  constructor(body = null, init = undefined) {
    const { status = 200, statusText = '', headers } = dictionary(init, 'Response');
    const code = +status;
    if (!(code >= 200 && code <= 599) || code % 1 !== 0) {
      throw new RangeError(`Response: the status must be a number from 200 to 599, not ${status}`);
    }
    if (RegExpPrototypeExec(/[^\t\x20-\x7e\x80-\xff]/, `${statusText}`) !== null) {
      throw new TypeError('Response: statusText holds a character that it must not');
    }
    this.#headers = new Headers(headers);
    this.#record = {
      __proto__: null, type: 'default', status: code, statusText: `${statusText}`, url: '', redirected: false, body: null,
    };
    if (body === null || body === undefined) return;
    if (code in nullBodyStatuses) throw new TypeError(`Response: a response with status ${code} has no body`);
    const extracted = extractBody(body);
    this.#record.body = extracted.body;
    if (extracted.type !== null && !this.#headers.has('content-type')) this.#headers.append('Content-Type', extracted.type);
  }

  static error() {
    const response = new Response();
    response.#record.type = 'error';
    response.#record.status = 0;
    freeze(response.#headers);
    return response;
  }

  static redirect(url, status = 302) {
    requireArguments(arguments.length, 1, 'Response.redirect');
    const parsed = core.load('url').URL.parse(`${url}`);
    if (parsed === null) throw new TypeError(`Response.redirect: '${url}' is not an absolute URL`);
    if (!(status in redirectStatuses)) throw new RangeError(`Response.redirect: ${status} is not the status of a redirect`);
    const response = new Response(null, { headers: [['Location', parsed.href]] });
    response.#record.status = +status;
    freeze(response.#headers);
    return response;
  }

  static json(data, init = undefined) {
    requireArguments(arguments.length, 1, 'Response.json');
    const text = JSONStringify(data);
    if (text === undefined) throw new TypeError('Response.json: the value has no JSON form');
    const response = new Response(null, init);
    const { status } = response.#record;
    if (status in nullBodyStatuses) throw new TypeError(`Response: a response with status ${status} has no body`);
    response.#record.body = makeBody({ text });
    if (!response.#headers.has('content-type')) response.#headers.append('Content-Type', 'application/json');
    return response;
  }

  get type() {
    return this.#record.type;
  }

  get url() {
    return this.#record.url;
  }

  get redirected() {
    return this.#record.redirected;
  }

  get status() {
    return this.#record.status;
  }

  get ok() {
    return this.#record.status >= 200 && this.#record.status <= 299;
  }

  get statusText() {
    return this.#record.statusText;
  }

  get headers() {
    return this.#headers;
  }

  clone() {
    const { body } = this.#record;
    if (isUsed(body) || (body !== null && body.stream !== undefined && body.stream.locked)) {
      throw new TypeError('Response.clone: the body was read already, or is being read');
    }
    const copy = new Response(null, { headers: this.#headers });
    copy.#record = { ...this.#record, __proto__: null, body: cloneBody(body) };
    if (this.#record.type !== 'default') freeze(copy.#headers);
    return copy;
  }

  [core.inspectSymbol]() {
    return `Response { status: ${this.status}, url: "${this.url}" }`;
  }
}
defineBody(Response, (response) => requireRecord(response).body, (response) => response.headers.get('content-type'));
defineInterface(Response);

function requireRecord(response) {
  const record = recordOf(response);
  if (record === undefined) throw new TypeError('The receiver is no Response');
  return record;
}
