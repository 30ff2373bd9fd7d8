// crypto without crypto.subtle, which is a chunk of its own (https://w3c.github.io/webcrypto/#Crypto-interface).
import { viewBytes } from './bytes.js';
import { defineInterface, requireArguments } from './interfaces.js';

const {
  RegExpPrototypeExec, TypeError, TypedArrayPrototypeGetByteLength, TypedArrayPrototypeGetToStringTag, TypedArrayPrototypeSet,
} = core.primordials;
const { randomBytes, randomUUID } = core.native;

/// Most bytes of one call, by the standard.
const randomMax = 65536;

function domException(message, name) {
  const { DOMException } = core.load('exception');
  return new DOMException(message, name);
}

let made = false;

class Crypto {
  #brand = true;

  constructor() {
    if (made) throw new TypeError('Illegal constructor');
    made = true;
  }

  get subtle() {
    void this.#brand;
    return core.load('subtle').subtle;
  }

  getRandomValues(array) {
    void this.#brand;
    requireArguments(arguments.length, 1, 'crypto.getRandomValues');
    const tag = typeof array === 'object' && array !== null ? TypedArrayPrototypeGetToStringTag(array) : undefined;
    if (tag === undefined || RegExpPrototypeExec(/Int|Uint/, tag) === null) {
      throw domException('crypto.getRandomValues: the argument must be a typed array of integers', 'TypeMismatchError');
    }
    const size = TypedArrayPrototypeGetByteLength(array);
    if (size > randomMax) throw domException(`crypto.getRandomValues: more than ${randomMax} bytes`, 'QuotaExceededError');
    TypedArrayPrototypeSet(viewBytes(array), randomBytes(size));
    return array;
  }

  randomUUID() {
    void this.#brand;
    return randomUUID();
  }
}
defineInterface(Crypto);

chunk.Crypto = Crypto;
chunk.crypto = new Crypto();
