// TextEncoderStream and TextDecoderStream (https://encoding.spec.whatwg.org/#stream-text-decoding).
import { defineInterface } from './interfaces.js';

const { StringPrototypeCharCodeAt, StringPrototypeSlice, TypedArrayPrototypeGetLength } = core.primordials;
const { TransformStream } = core.load('streams');
const { TextDecoder, TextEncoder } = core.load('encoding');

class TextEncoderStream {
  #lead = ''; // the first half of a surrogate pair whose other half may come
  #encoder = new TextEncoder();
  #transform = new TransformStream({
    transform: (text, controller) => {
      text = this.#lead + `${text}`;
      this.#lead = '';
      if ((StringPrototypeCharCodeAt(text, text.length - 1) & 0xfc00) === 0xd800) {
        this.#lead = StringPrototypeSlice(text, -1);
        text = StringPrototypeSlice(text, 0, -1);
      }
      this.#give(text, controller);
    },
    flush: (controller) => this.#give(this.#lead, controller),
  });

  #give(text, controller) {
    const bytes = this.#encoder.encode(text);
    if (TypedArrayPrototypeGetLength(bytes) > 0) controller.enqueue(bytes);
  }

  get encoding() {
    return this.#encoder.encoding;
  }

  get readable() {
    return this.#transform.readable;
  }

  get writable() {
    return this.#transform.writable;
  }
}

class TextDecoderStream {
  #decoder;
  #transform;

  constructor(label = 'utf-8', options = undefined) {
    const decoder = new TextDecoder(label, options);
    const give = (text, controller) => {
      if (text !== '') controller.enqueue(text);
    };
    this.#decoder = decoder;
    this.#transform = new TransformStream({
      transform: (bytes, controller) => give(decoder.decode(bytes, { stream: true }), controller),
      flush: (controller) => give(decoder.decode(), controller),
    });
  }

  get encoding() {
    return this.#decoder.encoding;
  }

  get fatal() {
    return this.#decoder.fatal;
  }

  get ignoreBOM() {
    return this.#decoder.ignoreBOM;
  }

  get readable() {
    return this.#transform.readable;
  }

  get writable() {
    return this.#transform.writable;
  }
}

chunk.TextEncoderStream = defineInterface(TextEncoderStream);
chunk.TextDecoderStream = defineInterface(TextDecoderStream);
