// Blob and File (https://w3c.github.io/FileAPI/). The bytes are in memory, joined when the blob is made.
import { isBufferSource, viewBytes } from './bytes.js';
import { defineInterface, dictionary, requireArguments } from './interfaces.js';

const {
  ArrayPrototypePush, Date, MathMax, MathMin, MathTrunc, RangeError, RegExpPrototypeExec, StringPrototypeReplaceAll,
  StringPrototypeToLowerCase, StringPrototypeToWellFormed, SymbolIterator, TypeError, TypedArrayPrototypeGetBuffer,
  TypedArrayPrototypeGetByteLength, TypedArrayPrototypeSet, TypedArrayPrototypeSlice, Uint8Array,
} = core.primordials;
const { utf8Decode, utf8Encode } = core.native;

/// Most bytes of one blob.
const blobMax = 64 * 1024 * 1024;

/// The bytes of a blob, which are never changed; undefined for anything else.
let bytesOf;

class Blob {
  #bytes;
  #type;

  static {
    bytesOf = (value) => (typeof value === 'object' && value !== null && #bytes in value ? value.#bytes : undefined);
  }

  constructor(parts = undefined, options = undefined) {
    const given = dictionary(options, 'Blob');
    this.#type = normalizeType(given.type);
    this.#bytes = parts === undefined ? new Uint8Array(0) : joinParts(parts, given.endings === 'native');
  }

  get size() {
    return TypedArrayPrototypeGetByteLength(this.#bytes);
  }

  get type() {
    return this.#type;
  }

  slice(start = 0, end = undefined, type = '') {
    const { size } = this;
    const from = clamp(start, size);
    const to = end === undefined ? size : clamp(end, size);
    const part = new Blob(undefined, { type });
    part.#bytes = TypedArrayPrototypeSlice(this.#bytes, from, MathMax(from, to));
    return part;
  }

  async text() {
    return utf8Decode(this.#bytes, false);
  }

  async bytes() {
    return new Uint8Array(this.#bytes);
  }

  async arrayBuffer() {
    return TypedArrayPrototypeGetBuffer(new Uint8Array(this.#bytes));
  }

  stream() {
    const bytes = new Uint8Array(this.#bytes);
    const { ReadableStream } = core.load('streams');
    return new ReadableStream({
      __proto__: null,
      start(controller) {
        if (TypedArrayPrototypeGetByteLength(bytes) > 0) controller.enqueue(bytes);
        controller.close();
      },
    });
  }

  [core.cloneSymbol]() {
    return this.slice(0, this.size, this.#type);
  }

  [core.inspectSymbol]() {
    return `${this.constructor.name} { size: ${this.size}, type: "${this.#type}" }`;
  }
}
defineInterface(Blob);

class File extends Blob {
  #name;
  #lastModified;

  constructor(parts, name, options = undefined) {
    requireArguments(arguments.length, 2, 'File');
    super(parts, options);
    this.#name = StringPrototypeToWellFormed(`${name}`);
    const { lastModified } = dictionary(options, 'File');
    this.#lastModified = lastModified === undefined ? Date.now() : MathTrunc(+lastModified) || 0;
  }

  get name() {
    return this.#name;
  }

  get lastModified() {
    return this.#lastModified;
  }

  [core.cloneSymbol]() {
    return new File([this], this.#name, { type: this.type, lastModified: this.#lastModified });
  }
}
defineInterface(File);

function normalizeType(type) {
  const text = type === undefined ? '' : `${type}`;
  return RegExpPrototypeExec(/[^\x20-\x7e]/, text) === null ? StringPrototypeToLowerCase(text) : '';
}

function clamp(position, size) {
  const whole = MathTrunc(+position) || 0;
  return whole < 0 ? MathMax(size + whole, 0) : MathMin(whole, size);
}

function joinParts(parts, nativeEndings) {
  if ((typeof parts !== 'object' && typeof parts !== 'function') || parts === null || parts[SymbolIterator] === undefined) {
    throw new TypeError('Blob: the parts must be a list');
  }
  const pieces = [];
  let size = 0;
  for (const part of parts) {
    const piece = bytesOf(part) ?? (isBufferSource(part) ? viewBytes(part) : encode(part, nativeEndings));
    size += TypedArrayPrototypeGetByteLength(piece);
    if (size > blobMax) throw new RangeError(`Blob: more than ${blobMax} bytes`);
    ArrayPrototypePush(pieces, piece);
  }
  const bytes = new Uint8Array(size);
  for (let i = 0, at = 0; i < pieces.length; i++) {
    TypedArrayPrototypeSet(bytes, pieces[i], at);
    at += TypedArrayPrototypeGetByteLength(pieces[i]);
  }
  return bytes;
}

function encode(part, nativeEndings) {
  let text = `${part}`;
  if (nativeEndings) text = StringPrototypeReplaceAll(StringPrototypeReplaceAll(text, '\r\n', '\n'), '\r', '\n');
  return utf8Encode(text);
}

chunk.Blob = Blob;
chunk.File = File;
// For other chunks.
chunk.bytesOf = bytesOf;
