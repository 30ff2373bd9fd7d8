// FormData (https://xhr.spec.whatwg.org/#interface-formdata), and its two encodings.
import { defineIterable } from '../iterable.js';
import { defineInterface, requireArguments } from '../interfaces.js';

const {
  ArrayPrototypePush, RegExpPrototypeExec, StringPrototypeIndexOf, StringPrototypeReplaceAll, StringPrototypeSlice,
  StringPrototypeToLowerCase, StringPrototypeToWellFormed, TypeError,
} = core.primordials;
const { binaryDecode, binaryEncode, randomUUID, utf8Decode } = core.native;

export let entriesOf;

function entryOf(name, value, filename) {
  const { File, bytesOf } = core.load('blob');
  name = StringPrototypeToWellFormed(`${name}`);
  if (bytesOf(value) === undefined) {
    if (filename !== undefined) throw new TypeError('FormData: a file name needs a Blob');
    return { __proto__: null, name, value: StringPrototypeToWellFormed(`${value}`) };
  }
  if (!(value instanceof File) || filename !== undefined) {
    const { lastModified } = value;
    const given = filename ?? (value instanceof File ? value.name : 'blob');
    value = new File([value], given, { type: value.type, lastModified });
  }
  return { __proto__: null, name, value };
}

export class FormData {
  #entries = [];

  static {
    entriesOf = (value) => (typeof value === 'object' && value !== null && #entries in value ? value.#entries : undefined);
  }

  constructor(form = undefined) {
    if (form !== undefined) throw new TypeError('FormData: there are no forms here; call it without arguments');
  }

  append(name, value, filename = undefined) {
    requireArguments(arguments.length, 2, 'FormData.append');
    ArrayPrototypePush(this.#entries, entryOf(name, value, filename));
  }

  delete(name) {
    requireArguments(arguments.length, 1, 'FormData.delete');
    name = StringPrototypeToWellFormed(`${name}`);
    const kept = [];
    for (let i = 0; i < this.#entries.length; i++) if (this.#entries[i].name !== name) ArrayPrototypePush(kept, this.#entries[i]);
    this.#entries = kept;
  }

  get(name) {
    requireArguments(arguments.length, 1, 'FormData.get');
    return this.getAll(name)[0] ?? null;
  }

  getAll(name) {
    requireArguments(arguments.length, 1, 'FormData.getAll');
    name = StringPrototypeToWellFormed(`${name}`);
    const values = [];
    for (let i = 0; i < this.#entries.length; i++) if (this.#entries[i].name === name) ArrayPrototypePush(values, this.#entries[i].value);
    return values;
  }

  has(name) {
    requireArguments(arguments.length, 1, 'FormData.has');
    return this.getAll(name).length > 0;
  }

  set(name, value, filename = undefined) {
    requireArguments(arguments.length, 2, 'FormData.set');
    const entry = entryOf(name, value, filename);
    const kept = [];
    let isSet = false;
    for (let i = 0; i < this.#entries.length; i++) {
      if (this.#entries[i].name !== entry.name) ArrayPrototypePush(kept, this.#entries[i]);
      else if (!isSet) isSet = ArrayPrototypePush(kept, entry) > 0;
    }
    if (!isSet) ArrayPrototypePush(kept, entry);
    this.#entries = kept;
  }
}
defineIterable(FormData, (form) => {
  const entries = entriesOf(form);
  if (entries === undefined) throw new TypeError('FormData: the receiver is no FormData object');
  return entries;
});
defineInterface(FormData);

const quote = (text) =>
  StringPrototypeReplaceAll(StringPrototypeReplaceAll(StringPrototypeReplaceAll(text, '\n', '%0A'), '\r', '%0D'), '"', '%22');

function normalizeNewlines(text) {
  const unix = StringPrototypeReplaceAll(StringPrototypeReplaceAll(text, '\r\n', '\n'), '\r', '\n');
  return StringPrototypeReplaceAll(unix, '\n', '\r\n');
}

/// The multipart/form-data encoding (RFC 7578): a Blob whose type holds the boundary.
export function encodeMultipart(form) {
  const { Blob } = core.load('blob');
  const boundary = `----PatchbayFormBoundary${StringPrototypeReplaceAll(randomUUID(), '-', '')}`;
  const entries = entriesOf(form);
  const parts = [];
  for (let i = 0; i < entries.length; i++) {
    const { name, value } = entries[i];
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${quote(normalizeNewlines(name))}"`;
    if (typeof value === 'string') {
      ArrayPrototypePush(parts, `${head}\r\n\r\n${normalizeNewlines(value)}\r\n`);
    } else {
      const type = value.type === '' ? 'application/octet-stream' : value.type;
      ArrayPrototypePush(parts, `${head}; filename="${quote(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`, value, '\r\n');
    }
  }
  ArrayPrototypePush(parts, `--${boundary}--\r\n`);
  const blob = new Blob(parts);
  return { blob, type: `multipart/form-data; boundary=${boundary}` };
}

/// The form in a body of that content type; a TypeError for other types and for malformed bodies.
export function decodeForm(bytes, contentType) {
  const form = new FormData();
  const essence = StringPrototypeToLowerCase(RegExpPrototypeExec(/^[^;\s]*/, contentType ?? '')[0]);
  if (essence === 'application/x-www-form-urlencoded') {
    const { URLSearchParams } = core.load('url');
    new URLSearchParams(utf8Decode(bytes, false)).forEach((value, name) => form.append(name, value));
    return form;
  }
  const boundary = RegExpPrototypeExec(/;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i, contentType ?? '');
  if (essence !== 'multipart/form-data' || boundary === null) {
    throw new TypeError(`formData: the body is no form, its type is '${contentType}'`);
  }
  decodeMultipart(form, binaryDecode(bytes), `--${boundary[1] ?? boundary[2]}`);
  return form;
}

/// Works on a text with a byte in each unit, since boundaries and heads are ASCII and bodies are anything.
function decodeMultipart(form, text, delimiter) {
  const { File } = core.load('blob');
  const fail = () => {
    throw new TypeError('formData: the body is not well-formed multipart/form-data');
  };
  let at = StringPrototypeIndexOf(text, delimiter);
  if (at < 0) fail();
  for (;;) {
    at += delimiter.length;
    if (text[at] === '-' && text[at + 1] === '-') return;
    const headEnd = StringPrototypeIndexOf(text, '\r\n\r\n', at);
    const end = StringPrototypeIndexOf(text, `\r\n${delimiter}`, headEnd + 2);
    if (text[at] !== '\r' || headEnd < 0 || end < 0) fail();
    const head = utf8Decode(binaryEncode(StringPrototypeSlice(text, at, headEnd)), false);
    const body = end < headEnd + 4 ? '' : StringPrototypeSlice(text, headEnd + 4, end);
    const name = RegExpPrototypeExec(/[;\s]name="([^"]*)"/i, head);
    if (name === null) fail();
    const filename = RegExpPrototypeExec(/[;\s]filename="([^"]*)"/i, head);
    const bytes = binaryEncode(body);
    if (filename === null) {
      form.append(unquote(name[1]), utf8Decode(bytes, false));
    } else {
      const type = RegExpPrototypeExec(/\ncontent-type:[ \t]*([^\r\n]*)/i, head);
      form.append(unquote(name[1]), new File([bytes], unquote(filename[1]), { type: type === null ? 'text/plain' : type[1] }));
    }
    at = end + 2;
  }
}

const unquote = (text) =>
  StringPrototypeReplaceAll(StringPrototypeReplaceAll(StringPrototypeReplaceAll(text, '%0A', '\n'), '%0D', '\r'), '%22', '"');
