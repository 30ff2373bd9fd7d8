// crypto.subtle (https://w3c.github.io/webcrypto/): SHA digests, HMAC, AES-GCM, ECDSA and Ed25519. The work is done at once; the promises
// are there because the standard has them.
import { copyBytes } from './bytes.js';
import { defineInterface, requireArguments } from './interfaces.js';
import { CryptoKey, domException, readAlgorithm, readHash, readUsages, requireKey } from './subtle/key.js';
import { exportSecret, generateSecret, importSecret, runAES, signHMAC, verifyHMAC } from './subtle/secret.js';
import { exportPairKey, generatePair, importPairKey, signPair, verifyPair } from './subtle/signature.js';

const { TypeError, TypedArrayPrototypeGetBuffer } = core.primordials;
const { digest } = core.native;

const isSecretKind = (name) => name === 'HMAC' || name === 'AES-GCM';
const isPairKind = (name) => name === 'ECDSA' || name === 'Ed25519';
const toBuffer = (bytes) => TypedArrayPrototypeGetBuffer(bytes);

function refuse(name, what) {
  throw domException(`${name} cannot ${what}`, 'NotSupportedError');
}

let made = false;

class SubtleCrypto {
  #brand = true;

  constructor() {
    if (made) throw new TypeError('Illegal constructor');
    made = true;
  }

  async digest(algorithm, data) {
    void this.#brand;
    requireArguments(arguments.length, 2, 'subtle.digest');
    const bytes = copyBytes(data, 'subtle.digest: the data');
    return toBuffer(digest(readHash(algorithm), bytes));
  }

  async generateKey(algorithm, extractable, keyUsages) {
    void this.#brand;
    requireArguments(arguments.length, 3, 'subtle.generateKey');
    const { name, parameters } = readAlgorithm(algorithm);
    const usages = readUsages(keyUsages);
    if (isSecretKind(name)) return generateSecret(name, parameters, !!extractable, usages);
    return isPairKind(name) ? generatePair(name, parameters, !!extractable, usages) : refuse(name, 'make keys');
  }

  async importKey(format, keyData, algorithm, extractable, keyUsages) {
    void this.#brand;
    requireArguments(arguments.length, 5, 'subtle.importKey');
    const { name, parameters } = readAlgorithm(algorithm);
    const usages = readUsages(keyUsages);
    if (isSecretKind(name)) return importSecret(`${format}`, keyData, name, parameters, !!extractable, usages);
    return isPairKind(name) ? importPairKey(`${format}`, keyData, name, parameters, !!extractable, usages) : refuse(name, 'have keys');
  }

  async exportKey(format, key) {
    void this.#brand;
    requireArguments(arguments.length, 2, 'subtle.exportKey');
    const secret = requireKey(key);
    if (!secret.extractable) throw domException('The key is not extractable', 'InvalidAccessError');
    const result = isSecretKind(secret.name) ? exportSecret(`${format}`, secret) : exportPairKey(`${format}`, secret);
    return format === 'jwk' ? result : toBuffer(result);
  }

  async sign(algorithm, key, data) {
    void this.#brand;
    requireArguments(arguments.length, 3, 'subtle.sign');
    const { name, parameters } = readAlgorithm(algorithm);
    const bytes = copyBytes(data, 'subtle.sign: the data');
    if (name === 'HMAC') return toBuffer(signHMAC(key, bytes));
    return isPairKind(name) ? toBuffer(signPair(name, parameters, key, bytes)) : refuse(name, 'sign');
  }

  async verify(algorithm, key, signature, data) {
    void this.#brand;
    requireArguments(arguments.length, 4, 'subtle.verify');
    const { name, parameters } = readAlgorithm(algorithm);
    const given = copyBytes(signature, 'subtle.verify: the signature');
    const bytes = copyBytes(data, 'subtle.verify: the data');
    if (name === 'HMAC') return verifyHMAC(key, given, bytes);
    return isPairKind(name) ? verifyPair(name, parameters, key, given, bytes) : refuse(name, 'verify');
  }

  async encrypt(algorithm, key, data) {
    void this.#brand;
    requireArguments(arguments.length, 3, 'subtle.encrypt');
    const { name, parameters } = readAlgorithm(algorithm);
    const bytes = copyBytes(data, 'subtle.encrypt: the data');
    return name === 'AES-GCM' ? toBuffer(runAES(true, parameters, key, bytes)) : refuse(name, 'encrypt');
  }

  async decrypt(algorithm, key, data) {
    void this.#brand;
    requireArguments(arguments.length, 3, 'subtle.decrypt');
    const { name, parameters } = readAlgorithm(algorithm);
    const bytes = copyBytes(data, 'subtle.decrypt: the data');
    return name === 'AES-GCM' ? toBuffer(runAES(false, parameters, key, bytes)) : refuse(name, 'decrypt');
  }
}
defineInterface(SubtleCrypto);

chunk.CryptoKey = CryptoKey;
chunk.SubtleCrypto = SubtleCrypto;
chunk.subtle = new SubtleCrypto();
