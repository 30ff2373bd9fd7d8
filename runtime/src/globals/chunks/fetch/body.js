// Bodies of requests and responses (https://fetch.spec.whatwg.org/#bodies).
//
// A body is { text, bytes, stream, used }: it starts with text, bytes or a stream; the others are made from it when needed. As long as no
// plugin has asked for the stream, text and bytes are used directly, and no stream code is loaded.
import { copyBytes, isBufferSource } from '../bytes.js';
import { pinPromise } from '../promises.js';
import { decodeForm, encodeMultipart, entriesOf } from './formdata.js';

const {
  ArrayPrototypePush, JSONParse, RangeError, StringPrototypeCharCodeAt, StringPrototypeSlice, TypeError, TypedArrayPrototypeGetBuffer,
  TypedArrayPrototypeGetByteLength, TypedArrayPrototypeGetToStringTag, TypedArrayPrototypeSet, Uint8Array,
} = core.primordials;
const { utf8Decode, utf8Encode } = core.native;

/// Most bytes of a body that is collected from a stream.
const bodyMax = 64 * 1024 * 1024;

export function makeBody(parts) {
  return { __proto__: null, text: undefined, bytes: undefined, stream: undefined, used: false, ...parts };
}

/// The body for what a plugin gave, and its content type if that follows from it.
export function extractBody(value) {
  if (typeof value === 'object') {
    const { bytesOf } = core.load('blob');
    const bytes = bytesOf(value);
    if (bytes !== undefined) return { body: makeBody({ bytes }), type: value.type === '' ? null : value.type };
    if (isBufferSource(value)) return { body: makeBody({ bytes: copyBytes(value) }), type: null };
    if (entriesOf(value) !== undefined) {
      const { blob, type } = encodeMultipart(value);
      return { body: makeBody({ bytes: bytesOf(blob) }), type };
    }
    if (value instanceof core.load('url').URLSearchParams) {
      return { body: makeBody({ text: value.toString() }), type: 'application/x-www-form-urlencoded;charset=UTF-8' };
    }
    const { isReadable, isDisturbed } = core.load('streams');
    if (isReadable(value)) {
      if (value.locked || isDisturbed(value)) throw new TypeError('The body stream is locked or was read from already');
      return { body: makeBody({ stream: value }), type: null };
    }
  }
  return { body: makeBody({ text: core.primordials.StringPrototypeToWellFormed(`${value}`) }), type: 'text/plain;charset=UTF-8' };
}

export function isUsed(body) {
  return body !== null && (body.used || (body.stream !== undefined && core.load('streams').isDisturbed(body.stream)));
}

function bytesNow(body) {
  return (body.bytes ??= utf8Encode(body.text));
}

/// The stream of a body, made on first use.
export function streamOf(body) {
  if (body === null) return null;
  if (body.stream !== undefined) return body.stream;
  const { ReadableStream } = core.load('streams');
  const bytes = new Uint8Array(bytesNow(body)); // a plugin may change, or transfer, what it gets
  body.stream = new ReadableStream({
    __proto__: null,
    pull(controller) {
      if (TypedArrayPrototypeGetByteLength(bytes) > 0) controller.enqueue(bytes);
      controller.close();
    },
  }, { __proto__: null, highWaterMark: 0 });
  if (body.used) body.stream.cancel();
  return body.stream;
}

/// Two bodies out of one, for clone().
export function cloneBody(body) {
  if (body === null) return null;
  if (body.stream === undefined) return makeBody({ text: body.text, bytes: body.bytes });
  const branches = core.load('streams').teeWith(body.stream, (value) => core.load('clone').structuredClone(value));
  body.stream = branches[0];
  return makeBody({ stream: branches[1] });
}

/// Reads a body to its end, once; null counts as empty. Gives text where the body has it, else bytes.
export async function consume(body, what) {
  if (body === null) return '';
  if (isUsed(body) || (body.stream !== undefined && body.stream.locked)) {
    throw new TypeError(`${what}: the body was read already, or is being read`);
  }
  body.used = true;
  if (body.stream === undefined) return body.text ?? body.bytes;
  return collect(body.stream);
}

async function collect(stream) {
  const reader = stream.getReader();
  const pieces = [];
  let size = 0;
  for (;;) {
    const { value, done } = await pinPromise(reader.read());
    if (done) break;
    if (TypedArrayPrototypeGetToStringTag(value) !== 'Uint8Array') {
      const error = new TypeError('A body stream must give Uint8Arrays');
      reader.cancel(error);
      throw error;
    }
    size += TypedArrayPrototypeGetByteLength(value);
    if (size > bodyMax) {
      const error = new RangeError(`The body has more than ${bodyMax} bytes`);
      reader.cancel(error);
      throw error;
    }
    ArrayPrototypePush(pieces, value);
  }
  const bytes = new Uint8Array(size);
  for (let i = 0, at = 0; i < pieces.length; i++) {
    TypedArrayPrototypeSet(bytes, pieces[i], at);
    at += TypedArrayPrototypeGetByteLength(pieces[i]);
  }
  return bytes;
}

function textFrom(content) {
  const text = typeof content === 'string' ? content : utf8Decode(content, false);
  return StringPrototypeCharCodeAt(text, 0) === 0xfeff ? StringPrototypeSlice(text, 1) : text;
}

/// A copy, so that the body's own bytes stay as they are.
const bytesFrom = (content) => (typeof content === 'string' ? utf8Encode(content) : new Uint8Array(content));

/// Adds the methods that Request and Response share. `bodyOf(object)` throws for a foreign object; `typeOf` gives the content type.
export function defineBody(constructor, bodyOf, typeOf) {
  const { name, prototype } = constructor;
  const methods = {
    get body() {
      return streamOf(bodyOf(this));
    },
    get bodyUsed() {
      return isUsed(bodyOf(this));
    },
    async text() {
      return textFrom(await consume(bodyOf(this), `${name}.text`));
    },
    async json() {
      return JSONParse(textFrom(await consume(bodyOf(this), `${name}.json`)));
    },
    async bytes() {
      return bytesFrom(await consume(bodyOf(this), `${name}.bytes`));
    },
    async arrayBuffer() {
      return TypedArrayPrototypeGetBuffer(bytesFrom(await consume(bodyOf(this), `${name}.arrayBuffer`)));
    },
    async blob() {
      const { Blob } = core.load('blob');
      return new Blob([await consume(bodyOf(this), `${name}.blob`)], { type: typeOf(this) ?? '' });
    },
    async formData() {
      return decodeForm(bytesFrom(await consume(bodyOf(this), `${name}.formData`)), typeOf(this));
    },
  };
  const keys = core.primordials.ReflectOwnKeys(methods);
  for (let i = 0; i < keys.length; i++) {
    const descriptor = core.primordials.ReflectGetOwnPropertyDescriptor(methods, keys[i]);
    core.primordials.ReflectDefineProperty(prototype, keys[i], descriptor);
  }
}
