// Verifying signatures of tokens with OpenSSL. No key is made or kept, nothing is signed; which algorithm is allowed is decided in OIDC.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// What a look at a signature ends with.
enum { CVERIFY_GOOD = 1, CVERIFY_BAD = 0, CVERIFY_UNUSABLE_KEY = -1 };

/// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 § 3.3). Modulus and exponent big end first; a modulus below 2048 or above 8192 bits, or an
/// exponent that is even, below 3 or above 32 bits, is unusable.
int cverify_rs256(const uint8_t *n, size_t n_length, const uint8_t *e, size_t e_length, const uint8_t *data, size_t length,
                  const uint8_t *signature, size_t signature_length);

/// ECDSA on P-256 with SHA-256 (RFC 7518 § 3.4): `x` and `y` have 32 bytes each, the signature is r and s, 64 bytes.
int cverify_es256(const uint8_t *x, const uint8_t *y, const uint8_t *data, size_t length, const uint8_t *signature,
                  size_t signature_length);
