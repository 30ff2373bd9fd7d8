// ECDSA and Ed25519: pairs of keys. A private key's bytes are its scalar or seed, a public one's an uncompressed point or the 32 bytes of
// RFC 8032; the native side checks both.
import { copyBytes } from '../bytes.js';
import { bytesIn, checkJWK, toText } from './jwk.js';
import { checkUsages, domException, keepUsages, makeKey, readHash, useKey } from './key.js';

const { ArrayPrototypeSlice, TypeError, TypedArrayPrototypeSet, TypedArrayPrototypeSlice, Uint8Array } = core.primordials;
const { keyExport, keyGenerate, keyImport, keyPublic, sign, verify } = core.native;

const curves = { __proto__: null, 'P-256': 32, 'P-384': 48 }; // bytes of a coordinate

/// The native side's name for a key: the curve, or Ed25519.
const kindOf = ({ name, namedCurve }) => (name === 'ECDSA' ? namedCurve : name);

function readKeyAlgorithm(name, { namedCurve }) {
  if (name !== 'ECDSA') return { name };
  if (namedCurve === undefined) throw new TypeError('ECDSA: namedCurve is missing');
  if (!(`${namedCurve}` in curves)) throw domException(`ECDSA: there is no curve '${namedCurve}' here`, 'NotSupportedError');
  return { name, namedCurve: `${namedCurve}` };
}

export function generatePair(name, parameters, extractable, usages) {
  const algorithm = readKeyAlgorithm(name, parameters);
  checkUsages(usages, ['sign', 'verify'], false);
  const secretUsages = keepUsages(usages, ['sign']);
  checkUsages(secretUsages, ['sign'], true);
  const bytes = keyGenerate(kindOf(algorithm));
  return {
    privateKey: makeKey('private', algorithm, extractable, secretUsages, bytes),
    publicKey: makeKey('public', algorithm, true, keepUsages(usages, ['verify']), keyPublic(kindOf(algorithm), bytes)),
  };
}

export function importPairKey(format, data, name, parameters, extractable, usages) {
  const algorithm = readKeyAlgorithm(name, parameters);
  const isPrivate = format === 'pkcs8' || (format === 'jwk' && data?.d !== undefined);
  checkUsages(usages, [isPrivate ? 'sign' : 'verify'], isPrivate);
  if (format !== 'raw' && format !== 'spki' && format !== 'pkcs8' && format !== 'jwk') {
    throw domException(`${name}: there is no format '${format}' for such keys`, 'NotSupportedError');
  }
  const bytes = format === 'jwk'
    ? readJWK(data, algorithm, isPrivate, extractable, usages)
    : keyImport(kindOf(algorithm), format, copyBytes(data, 'The key data'));
  if (bytes === null) throw domException(`${name}: the data is no ${format} key for ${kindOf(algorithm)}`, 'DataError');
  return makeKey(isPrivate ? 'private' : 'public', algorithm, extractable, usages, bytes);
}

function readJWK(jwk, algorithm, isPrivate, extractable, usages) {
  const kind = kindOf(algorithm);
  const size = curves[kind] ?? 32;
  checkJWK(jwk, { kty: kind in curves ? 'EC' : 'OKP', use: 'sig', extractable, usages });
  if (jwk.crv !== kind) throw domException(`The JSON Web Key has crv "${jwk.crv}", not "${kind}"`, 'DataError');
  let point = bytesIn(jwk, 'x', size);
  if (kind in curves) {
    const whole = new Uint8Array(1 + 2 * size);
    whole[0] = 4; // uncompressed
    TypedArrayPrototypeSet(whole, point, 1);
    TypedArrayPrototypeSet(whole, bytesIn(jwk, 'y', size), 1 + size);
    point = whole;
  }
  if (!isPrivate) return keyImport(kind, 'raw', point);
  const secret = bytesIn(jwk, 'd', size);
  const made = keyPublic(kind, secret);
  return made !== null && core.native.bytesEqual(made, point) ? secret : null;
}

export function exportPairKey(format, { type, algorithm, bytes, extractable, usages }) {
  const kind = kindOf(algorithm);
  if (format === 'jwk') return writeJWK(kind, type, bytes, extractable, usages);
  if (format === 'raw' && type === 'public') return copyBytes(bytes);
  if ((format === 'spki' && type === 'public') || (format === 'pkcs8' && type === 'private')) return keyExport(kind, format, bytes);
  throw domException(`A ${type} key cannot be exported as '${format}'`, 'InvalidAccessError');
}

function writeJWK(kind, type, bytes, extractable, usages) {
  const point = type === 'private' ? keyPublic(kind, bytes) : bytes;
  const jwk = { key_ops: ArrayPrototypeSlice(usages), ext: extractable, kty: kind in curves ? 'EC' : 'OKP', crv: kind };
  if (kind in curves) {
    jwk.x = toText(TypedArrayPrototypeSlice(point, 1, 1 + curves[kind]));
    jwk.y = toText(TypedArrayPrototypeSlice(point, 1 + curves[kind]));
  } else {
    jwk.alg = kind;
    jwk.x = toText(point);
  }
  if (type === 'private') jwk.d = toText(bytes);
  return jwk;
}

const digestFor = (name, { hash }) => (name === 'ECDSA' ? readHash(hash) : '');

export function signPair(name, parameters, key, data) {
  const digest = digestFor(name, parameters);
  const { algorithm, bytes } = useKey(key, name, 'sign');
  return sign(kindOf(algorithm), digest, bytes, data);
}

export function verifyPair(name, parameters, key, signature, data) {
  const digest = digestFor(name, parameters);
  const { algorithm, bytes } = useKey(key, name, 'verify');
  return verify(kindOf(algorithm), digest, bytes, signature, data);
}
