// HMAC and AES-GCM: algorithms whose key is a string of bytes.
import { copyBytes } from '../bytes.js';
import { bytesIn, checkJWK, toText } from './jwk.js';
import { checkUsages, domException, makeKey, readHash, useKey } from './key.js';

const { ArrayPrototypeSlice, StringPrototypeSlice, TypedArrayPrototypeGetLength } = core.primordials;
const { aesGcm, bytesEqual, hmac, randomBytes } = core.native;

const hmacUsages = ['sign', 'verify'];
const aesUsages = ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'];
/// Bits of a hash's block, the length of an HMAC key that is made without one.
const blockBits = { __proto__: null, 'SHA-1': 512, 'SHA-256': 512, 'SHA-384': 1024, 'SHA-512': 1024 };
const aesLengths = { __proto__: null, 128: true, 192: true, 256: true };

function wholeBytes(bits, what) {
  if (!(bits > 0) || bits % 8 !== 0) throw domException(`${what}: the length must be a whole number of bytes, in bits`, 'OperationError');
  return bits / 8;
}

const usagesOf = (name) => (name === 'HMAC' ? hmacUsages : aesUsages);
const jwkName = ({ name, hash, length }) => (name === 'HMAC' ? `HS${StringPrototypeSlice(hash.name, 4)}` : `A${length}GCM`);

export function generateSecret(name, parameters, extractable, usages) {
  checkUsages(usages, usagesOf(name), true);
  if (name === 'HMAC') {
    const hash = readHash(parameters.hash);
    const length = parameters.length === undefined ? blockBits[hash] : +parameters.length;
    const bytes = randomBytes(wholeBytes(length, 'HMAC'));
    return makeKey('secret', { name, hash: { name: hash }, length }, extractable, usages, bytes);
  }
  const length = +parameters.length;
  if (!(length in aesLengths)) throw domException('AES-GCM: the length must be 128, 192 or 256', 'OperationError');
  return makeKey('secret', { name, length }, extractable, usages, randomBytes(length / 8));
}

export function importSecret(format, data, name, parameters, extractable, usages) {
  checkUsages(usages, usagesOf(name), true);
  if (format !== 'raw' && format !== 'jwk') {
    throw domException(`${name}: there is no format '${format}' for such keys`, 'NotSupportedError');
  }
  const hash = name === 'HMAC' ? { name: readHash(parameters.hash) } : undefined;
  let bytes;
  if (format === 'raw') {
    bytes = copyBytes(data, 'The key data');
  } else {
    checkJWK(data, { kty: 'oct', use: name === 'HMAC' ? 'sig' : 'enc', extractable, usages });
    bytes = bytesIn(data, 'k');
  }
  const length = TypedArrayPrototypeGetLength(bytes) * 8;
  if (length === 0 || (name === 'AES-GCM' && !(length in aesLengths))) {
    throw domException(`${name}: a key of ${length} bits is not possible`, 'DataError');
  }
  if (hash !== undefined && parameters.length !== undefined && +parameters.length !== length) {
    throw domException(`HMAC: the key has ${length} bits, not ${parameters.length}`, 'DataError');
  }
  const algorithm = hash === undefined ? { name, length } : { name, hash, length };
  if (format === 'jwk' && data.alg !== undefined && data.alg !== jwkName(algorithm)) {
    throw domException(`The JSON Web Key has alg "${data.alg}", not "${jwkName(algorithm)}"`, 'DataError');
  }
  return makeKey('secret', algorithm, extractable, usages, bytes);
}

export function exportSecret(format, { algorithm, bytes, extractable, usages }) {
  if (format === 'raw') return copyBytes(bytes);
  if (format !== 'jwk') throw domException(`${algorithm.name}: there is no format '${format}' for such keys`, 'NotSupportedError');
  return { kty: 'oct', k: toText(bytes), alg: jwkName(algorithm), key_ops: ArrayPrototypeSlice(usages), ext: extractable };
}

export function signHMAC(key, data) {
  const { algorithm, bytes } = useKey(key, 'HMAC', 'sign');
  return hmac(algorithm.hash.name, bytes, data);
}

export function verifyHMAC(key, signature, data) {
  const { algorithm, bytes } = useKey(key, 'HMAC', 'verify');
  return bytesEqual(hmac(algorithm.hash.name, bytes, data), signature);
}

/// Encrypts, or decrypts, with the tag after the text; a wrong tag is an OperationError that says nothing more.
export function runAES(isEncryption, { iv, additionalData, tagLength = 128 }, key, data) {
  const { bytes } = useKey(key, 'AES-GCM', isEncryption ? 'encrypt' : 'decrypt');
  const vector = copyBytes(iv, 'AES-GCM: iv');
  const extra = additionalData === undefined ? new core.primordials.Uint8Array(0) : copyBytes(additionalData, 'AES-GCM: additionalData');
  const tag = +tagLength;
  if (tag !== 32 && tag !== 64 && !(tag >= 96 && tag <= 128 && tag % 8 === 0)) {
    throw domException('AES-GCM: tagLength must be 32, 64, 96, 104, 112, 120 or 128', 'OperationError');
  }
  const length = TypedArrayPrototypeGetLength(vector);
  if (length === 0 || length > 1024) throw domException('AES-GCM: iv must have 1 to 1024 bytes', 'OperationError');
  const result = aesGcm(isEncryption, bytes, vector, data, extra, tag / 8);
  if (result === null) throw domException('AES-GCM: the data could not be authenticated', 'OperationError');
  return result;
}
