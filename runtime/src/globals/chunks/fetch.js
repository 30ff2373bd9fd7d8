// fetch (https://fetch.spec.whatwg.org/#fetch-method): one host call, `http.fetch`, for a whole exchange. The hub checks the grant, the
// address and every redirect; nothing here opens a connection.
import { consume, makeBody } from './fetch/body.js';
import { FormData } from './fetch/formdata.js';
import { Headers, wirePairs } from './fetch/headers.js';
import { recordOf, Request } from './fetch/request.js';
import { receivedResponse, Response } from './fetch/response.js';
import { pinPromise } from './promises.js';
import { requireArguments } from './interfaces.js';

const { Promise, RegExpPrototypeExec, StringPrototypeStartsWith, TypeError } = core.primordials;
const { base64Decode, base64Encode } = core.native;

const { fetch } = {
  async fetch(input, init = undefined) {
    requireArguments(arguments.length, 1, 'fetch');
    const request = new Request(input, init);
    const { signal } = request;
    const { isSignal, onAbort, forgetAbort } = core.load('events');
    if (!isSignal(signal)) throw new TypeError('fetch: the request has no signal');
    if (signal.aborted) throw signal.reason;
    let abort;
    const aborted = new Promise((resolve, reject) => {
      abort = () => reject(signal.reason);
      onAbort(signal, abort);
    });
    try {
      return await pinPromise(firstOf(aborted, exchange(request, signal)));
    } finally {
      forgetAbort(signal, abort);
    }
  },
};

/// Settles like the first of two promises.
function firstOf(first, second) {
  return new Promise((resolve, reject) => {
    core.primordials.PromisePrototypeThen(first, resolve, reject);
    core.primordials.PromisePrototypeThen(second, resolve, reject);
  });
}

async function exchange(request, signal) {
  const { url, method, redirect, body } = recordOf(request);
  if (RegExpPrototypeExec(/^https?:/, url) === null) throw new TypeError(`fetch: only http and https are there, not '${url}'`);
  const message = { __proto__: null, method, url, headers: wirePairs(request.headers), redirect };
  if (body !== null) {
    const content = await pinPromise(consume(body, 'fetch'));
    message.body = typeof content === 'string' ? content : base64Encode(content, false);
    message.bodyEncoding = typeof content === 'string' ? 'utf8' : 'base64';
  }
  let answer;
  try {
    answer = await pinPromise(core.host.call('http.fetch', message, { __proto__: null, signal }));
  } catch (error) {
    throw failure(error, signal);
  }
  return receivedResponse(answer, answerBody(answer));
}

/// What a failed host call becomes: the abort's reason, a refusal as the host words it, or the standard's TypeError with the cause.
function failure(error, signal) {
  if (signal.aborted) return signal.reason;
  if (typeof error?.code === 'string' && StringPrototypeStartsWith(error.code, 'permission.')) return error;
  return new TypeError(`fetch failed: ${error?.message}`, { __proto__: null, cause: error });
}

function answerBody({ status, body, bodyEncoding }) {
  if (body === undefined || body === null || status === 101 || status === 204 || status === 205 || status === 304) return null;
  if (bodyEncoding !== 'base64') return makeBody({ text: body });
  const bytes = base64Decode(body, false);
  if (bytes === null) throw new TypeError('fetch failed: the hub sent a body that is not base64');
  return makeBody({ bytes });
}

chunk.fetch = fetch;
chunk.FormData = FormData;
chunk.Headers = Headers;
chunk.Request = Request;
chunk.Response = Response;
