// CryptoKey, and the checks that its uses share (https://w3c.github.io/webcrypto/#cryptokey-interface).
import { defineInterface } from '../interfaces.js';

const {
  ArrayPrototypeJoin, ArrayPrototypePush, ArrayPrototypeSlice, RegExpPrototypeExec, StringPrototypeToUpperCase, SymbolIterator, TypeError,
} = core.primordials;

export function domException(message, name) {
  const { DOMException } = core.load('exception');
  return new DOMException(message, name);
}

const token = {};
const allUsages = ['encrypt', 'decrypt', 'sign', 'verify', 'deriveKey', 'deriveBits', 'wrapKey', 'unwrapKey'];

let secretOf;

export class CryptoKey {
  #secret; // { type, name, algorithm, extractable, usages, bytes }
  #algorithm = undefined; // what the plugin sees, and may change without effect
  #usages = undefined;

  static {
    secretOf = (value) => (typeof value === 'object' && value !== null && #secret in value ? value.#secret : undefined);
  }

  constructor(given, secret) {
    if (given !== token) throw new TypeError('Illegal constructor');
    this.#secret = secret;
  }

  get type() {
    return this.#secret.type;
  }

  get extractable() {
    return this.#secret.extractable;
  }

  get algorithm() {
    return (this.#algorithm ??= copyOf(this.#secret.algorithm));
  }

  get usages() {
    return (this.#usages ??= ArrayPrototypeSlice(this.#secret.usages));
  }

  [core.cloneSymbol]() {
    return new CryptoKey(token, this.#secret);
  }

  [core.inspectSymbol]() {
    return `CryptoKey { type: "${this.type}", algorithm: "${this.#secret.algorithm.name}" }`;
  }
}
defineInterface(CryptoKey);

export function makeKey(type, algorithm, extractable, usages, bytes) {
  return new CryptoKey(token, { __proto__: null, type, algorithm, extractable, usages, bytes, name: algorithm.name });
}

function copyOf({ name, hash, length, namedCurve }) {
  const copy = { name };
  if (hash !== undefined) copy.hash = { name: hash.name };
  if (length !== undefined) copy.length = length;
  if (namedCurve !== undefined) copy.namedCurve = namedCurve;
  return copy;
}

/// What is inside a key, after checking that it may be used so.
export function useKey(key, name, usage) {
  const secret = requireKey(key);
  if (secret.name !== name) throw domException(`The key is for ${secret.name}, not for ${name}`, 'InvalidAccessError');
  for (let i = 0; i < secret.usages.length; i++) if (secret.usages[i] === usage) return secret;
  throw domException(`The key's usages do not hold '${usage}'`, 'InvalidAccessError');
}

export function requireKey(key) {
  const secret = secretOf(key);
  if (secret === undefined) throw new TypeError('The key must be a CryptoKey');
  return secret;
}

/// The given usages in the standard's order; a TypeError for unknown ones.
export function readUsages(usages) {
  if (typeof usages !== 'object' || usages === null || usages[SymbolIterator] === undefined) {
    throw new TypeError('keyUsages must be a list');
  }
  const given = { __proto__: null };
  for (const usage of usages) given[`${usage}`] = true;
  const list = [];
  for (let i = 0; i < allUsages.length; i++) {
    if (!(allUsages[i] in given)) continue;
    delete given[allUsages[i]];
    ArrayPrototypePush(list, allUsages[i]);
  }
  for (const unknown in given) throw new TypeError(`keyUsages: there is no usage '${unknown}'`);
  return list;
}

/// Those of `usages` that are in `allowed`.
export function keepUsages(usages, allowed) {
  const kept = [];
  for (let i = 0; i < usages.length; i++) {
    for (let j = 0; j < allowed.length; j++) if (usages[i] === allowed[j]) ArrayPrototypePush(kept, usages[i]);
  }
  return kept;
}

export function checkUsages(usages, allowed, isSecret) {
  if (keepUsages(usages, allowed).length !== usages.length) {
    throw domException(`keyUsages: only ${ArrayPrototypeJoin(allowed, ', ')} fit`, 'SyntaxError');
  }
  if (isSecret && usages.length === 0) throw domException('keyUsages must not be empty for such a key', 'SyntaxError');
}

const names = ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512', 'HMAC', 'AES-GCM', 'ECDSA', 'Ed25519'];

/// An algorithm's parameters, with its name as the standard spells it; NotSupportedError for others.
export function readAlgorithm(algorithm) {
  const parameters = typeof algorithm === 'object' && algorithm !== null ? algorithm : { name: algorithm };
  if (parameters.name === undefined) throw new TypeError('The algorithm has no name');
  const upper = StringPrototypeToUpperCase(`${parameters.name}`);
  for (let i = 0; i < names.length; i++) {
    if (StringPrototypeToUpperCase(names[i]) === upper) return { name: names[i], parameters };
  }
  throw domException(`There is no algorithm '${parameters.name}' here`, 'NotSupportedError');
}

export function readHash(hash) {
  if (hash === undefined) throw new TypeError('The algorithm needs a hash');
  const { name } = readAlgorithm(hash);
  if (RegExpPrototypeExec(/^SHA/, name) === null) throw domException(`'${name}' is no hash`, 'NotSupportedError');
  return name;
}
