// TextEncoder, TextDecoder (https://encoding.spec.whatwg.org/), atob and btoa (https://html.spec.whatwg.org/#atob).
import { copyBytes } from './bytes.js';
import { defineInterface, dictionary, requireArguments } from './interfaces.js';

const {
  RangeError, RegExpPrototypeExec, StringPrototypeCharCodeAt, StringPrototypeSlice, StringPrototypeToLowerCase, TypeError,
  TypedArrayPrototypeGetLength, TypedArrayPrototypeGetToStringTag, TypedArrayPrototypeSet, TypedArrayPrototypeSlice, Uint8Array,
} = core.primordials;
const {
  utf8Encode, utf8Decode, utf8CompleteLength, utf16leDecode, windows1252Decode, base64Encode, base64Decode, binaryDecode, binaryEncode,
} = core.native;

class TextEncoder {
  get encoding() {
    void this.#brand;
    return 'utf-8';
  }

  #brand = true;

  encode(input = '') {
    void this.#brand;
    return utf8Encode(`${input}`);
  }

  encodeInto(source, destination) {
    void this.#brand;
    requireArguments(arguments.length, 2, 'TextEncoder.encodeInto');
    source = `${source}`;
    if (TypedArrayPrototypeGetToStringTag(destination) !== 'Uint8Array') {
      throw new TypeError('TextEncoder.encodeInto: the destination must be a Uint8Array');
    }
    const room = TypedArrayPrototypeGetLength(destination);
    // A unit takes at least a byte, so what lies beyond `room` units cannot fit.
    let read = source.length > room ? room : source.length;
    let bytes = utf8Encode(wholePrefix(source, read));
    let written = TypedArrayPrototypeGetLength(bytes);
    if (written > room) {
      ({ read, written } = fitting(bytes, room));
      bytes = TypedArrayPrototypeSlice(bytes, 0, written);
    } else {
      read = wholePrefix(source, read).length;
    }
    TypedArrayPrototypeSet(destination, bytes);
    return { read, written };
  }
}
defineInterface(TextEncoder);

/// The first `length` units, one less where that would cut a surrogate pair in two.
function wholePrefix(text, length) {
  if (length === text.length) return text;
  const isLead = (StringPrototypeCharCodeAt(text, length - 1) & 0xfc00) === 0xd800;
  const isTrail = (StringPrototypeCharCodeAt(text, length) & 0xfc00) === 0xdc00;
  return StringPrototypeSlice(text, 0, isLead && isTrail ? length - 1 : length);
}

/// How much of some UTF-8 fits into `room` bytes without cutting a character: bytes, and the UTF-16 units they stand for.
function fitting(bytes, room) {
  let written = room;
  while (written > 0 && (bytes[written] & 0xc0) === 0x80) written--;
  let read = 0;
  for (let i = 0; i < written; i++) if ((bytes[i] & 0xc0) !== 0x80) read += bytes[i] >= 0xf0 ? 2 : 1;
  return { read, written };
}

/// Names of the encodings there are, each with its labels of https://encoding.spec.whatwg.org/#names-and-labels.
const labels = {
  __proto__: null,
  'utf-8': ['unicode-1-1-utf-8', 'unicode11utf8', 'unicode20utf8', 'utf-8', 'utf8', 'x-unicode20utf8'],
  'utf-16le': ['csunicode', 'iso-10646-ucs-2', 'ucs-2', 'unicode', 'unicodefeff', 'utf-16', 'utf-16le'],
  'windows-1252': [
    'ansi_x3.4-1968', 'ascii', 'cp1252', 'cp819', 'csisolatin1', 'ibm819', 'iso-8859-1', 'iso-ir-100', 'iso8859-1', 'iso88591',
    'iso_8859-1', 'iso_8859-1:1987', 'l1', 'latin1', 'us-ascii', 'windows-1252', 'x-cp1252',
  ],
};

function encodingOf(label) {
  const name = StringPrototypeToLowerCase(RegExpPrototypeExec(/^[\t\n\f\r ]*([^]*?)[\t\n\f\r ]*$/, label)[1]);
  for (const encoding in labels) {
    for (let i = 0; i < labels[encoding].length; i++) if (labels[encoding][i] === name) return encoding;
  }
  throw new RangeError(`TextDecoder: there is no encoding '${label}' here; utf-8, utf-16le and windows-1252 (latin1) are`);
}

class TextDecoder {
  #encoding;
  #fatal;
  #ignoreBOM;
  #rest = undefined; // bytes of a character that the next chunk may finish
  #started = false; // whether a byte order mark can no longer come

  constructor(label = 'utf-8', options = undefined) {
    this.#encoding = label === 'utf-8' ? label : encodingOf(`${label}`);
    const given = dictionary(options, 'TextDecoder');
    this.#fatal = !!given.fatal;
    this.#ignoreBOM = !!given.ignoreBOM;
  }

  get encoding() {
    return this.#encoding;
  }

  get fatal() {
    return this.#fatal;
  }

  get ignoreBOM() {
    return this.#ignoreBOM;
  }

  decode(input = undefined, options = undefined) {
    const stream = !!dictionary(options, 'TextDecoder.decode').stream;
    let bytes = input === undefined ? new Uint8Array(0) : copyBytes(input, 'TextDecoder.decode: the input');
    if (this.#rest !== undefined) bytes = join(this.#rest, bytes);
    this.#rest = undefined;
    if (stream && this.#encoding !== 'windows-1252') {
      const length = TypedArrayPrototypeGetLength(bytes);
      const whole = this.#encoding === 'utf-8' ? utf8CompleteLength(bytes) : completeUTF16(bytes, length);
      if (whole < length) {
        this.#rest = TypedArrayPrototypeSlice(bytes, whole);
        bytes = TypedArrayPrototypeSlice(bytes, 0, whole);
      }
    }
    const text = this.#convert(bytes);
    if (text === null) {
      this.#rest = undefined;
      this.#started = false;
      throw new TypeError(`TextDecoder.decode: the bytes are not ${this.#encoding}`);
    }
    const mayHaveMark = !this.#started && !this.#ignoreBOM && this.#encoding !== 'windows-1252';
    const skipsMark = mayHaveMark && StringPrototypeCharCodeAt(text, 0) === 0xfeff;
    this.#started = stream && (this.#started || text.length > 0);
    return skipsMark ? StringPrototypeSlice(text, 1) : text;
  }

  #convert(bytes) {
    if (this.#encoding === 'utf-8') return utf8Decode(bytes, this.#fatal);
    return this.#encoding === 'utf-16le' ? utf16leDecode(bytes, this.#fatal) : windows1252Decode(bytes);
  }
}
defineInterface(TextDecoder);

function join(first, second) {
  const length = TypedArrayPrototypeGetLength(first);
  const all = new Uint8Array(length + TypedArrayPrototypeGetLength(second));
  TypedArrayPrototypeSet(all, first);
  TypedArrayPrototypeSet(all, second, length);
  return all;
}

/// Without an odd byte and without a leading surrogate at the end.
function completeUTF16(bytes, length) {
  const even = length - (length % 2);
  return even >= 2 && (bytes[even - 1] & 0xfc) === 0xd8 ? even - 2 : even;
}

function invalidCharacter(message) {
  const { DOMException } = core.load('exception');
  return new DOMException(message, 'InvalidCharacterError');
}

const { atob, btoa } = {
  atob(data) {
    requireArguments(arguments.length, 1, 'atob');
    const bytes = base64Decode(`${data}`, false);
    if (bytes === null) throw invalidCharacter('atob: the text is not base64');
    return binaryDecode(bytes);
  },
  btoa(data) {
    requireArguments(arguments.length, 1, 'btoa');
    const bytes = binaryEncode(`${data}`);
    if (bytes === null) throw invalidCharacter('btoa: the text has a character above U+00FF; encode it with TextEncoder first');
    return base64Encode(bytes, false);
  },
};

chunk.TextEncoder = TextEncoder;
chunk.TextDecoder = TextDecoder;
chunk.atob = atob;
chunk.btoa = btoa;
