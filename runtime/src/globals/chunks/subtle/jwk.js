// JSON Web Keys (RFC 7517, 7518, 8037), as far as the algorithms here have them.
import { domException } from './key.js';

const { ArrayIsArray, TypeError, TypedArrayPrototypeGetLength } = core.primordials;
const { base64Decode, base64Encode } = core.native;

const fail = (message) => {
  throw domException(`The JSON Web Key ${message}`, 'DataError');
};

/// Checks the members every key has; `use` is "sig" or "enc", `alg` the expected value or undefined.
export function checkJWK(jwk, { kty, use, alg, extractable, usages }) {
  if (typeof jwk !== 'object' || jwk === null) throw new TypeError('The key data must be an object');
  if (jwk.kty !== kty) fail(`must have kty "${kty}"`);
  if (jwk.use !== undefined && usages.length > 0 && jwk.use !== use) fail(`has use "${jwk.use}"`);
  if (jwk.alg !== undefined && alg !== undefined && jwk.alg !== alg) fail(`has alg "${jwk.alg}", not "${alg}"`);
  if (jwk.ext === false && extractable) fail('is marked as not extractable');
  if (jwk.key_ops === undefined) return;
  if (!ArrayIsArray(jwk.key_ops)) fail('has key_ops that are no list');
  for (let i = 0; i < usages.length; i++) {
    let isListed = false;
    for (let j = 0; j < jwk.key_ops.length; j++) isListed ||= jwk.key_ops[j] === usages[i];
    if (!isListed) fail(`does not allow '${usages[i]}'`);
  }
}

/// A member's bytes, of a certain length if one is given.
export function bytesIn(jwk, name, length = undefined) {
  const bytes = typeof jwk[name] === 'string' ? base64Decode(jwk[name], true) : null;
  if (bytes === null) fail(`has no base64url text in "${name}"`);
  if (length !== undefined && TypedArrayPrototypeGetLength(bytes) !== length) fail(`must have ${length} bytes in "${name}"`);
  return bytes;
}

export const toText = (bytes) => base64Encode(bytes, true);
