// Signatures: Ed25519 (RFC 8032) and ECDSA with r and s one after the other (IEEE P1363, as Web Crypto has them).
#include "crypto_keys.h"
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <string.h>

enum { signature_length_max = 96, der_length_max = signature_length_max + 16 };

typedef struct {
    const pb_signature_kind *kind;
    const EVP_MD *digest;  ///< NULL for Ed25519, which hashes by itself
    pb_bytes key;
} signing;

/// Reads (kind, digest name or null, key), the arguments that signing and verifying share.
static bool read_arguments(JSContextRef ctx, size_t argc, const JSValueRef argv[], signing *out, JSValueRef *exception) {
    char name[16], digest[16];
    if (!pb_arg_name(ctx, argc, argv, 0, "signature: the algorithm", name, exception)) return false;
    if (!pb_arg_name(ctx, argc, argv, 1, "signature: the digest", digest, exception)) return false;
    if (!pb_arg_bytes(ctx, argc, argv, 2, "signature: the key", &out->key, exception)) return false;
    out->kind = pb_signature_kind_named(name);
    out->digest = pb_digest_named(digest);
    if (out->kind && !out->kind->group == !out->digest) return true;
    pb_throw_type(ctx, exception, "signature: no such algorithm");
    return false;
}

static size_t to_pair(const pb_signature_kind *kind, const uint8_t *der, size_t length, uint8_t *out) {
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)length);
    int half = (int)kind->signature_length / 2;
    bool fine = pair && BN_bn2binpad(ECDSA_SIG_get0_r(pair), out, half) == half &&
                BN_bn2binpad(ECDSA_SIG_get0_s(pair), out + half, half) == half;
    ECDSA_SIG_free(pair);
    return fine ? kind->signature_length : 0;
}

static int from_pair(const pb_signature_kind *kind, const uint8_t *signature, uint8_t *der) {
    int half = (int)kind->signature_length / 2;
    ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(signature, half, NULL), *s = BN_bin2bn(signature + half, half, NULL);
    if (!pair || !r || !s || !ECDSA_SIG_set0(pair, r, s)) {
        BN_free(r);
        BN_free(s);
        ECDSA_SIG_free(pair);
        return 0;
    }
    int length = i2d_ECDSA_SIG(pair, &der);
    ECDSA_SIG_free(pair);
    return length;
}

/// sign(kind, digest, private, data) -> Uint8Array; `digest` is "" for Ed25519
PB_NATIVE(pb_sign) {
    PB_UNUSED;
    signing job;
    pb_bytes data;
    if (!read_arguments(ctx, argc, argv, &job, exception)) return NULL;
    if (!pb_arg_bytes(ctx, argc, argv, 3, "sign: the data", &data, exception)) return NULL;
    uint8_t der[der_length_max], out[signature_length_max];
    size_t length = sizeof der;
    EVP_PKEY *key = pb_private_key(job.kind, job.key);
    EVP_MD_CTX *signer = EVP_MD_CTX_new();
    bool fine = key && signer && EVP_DigestSignInit(signer, NULL, job.digest, NULL, key) == 1 &&
                EVP_DigestSign(signer, der, &length, data.data, data.length) == 1;
    EVP_MD_CTX_free(signer);
    EVP_PKEY_free(key);
    if (!fine) return pb_throw_openssl(ctx, exception, "sign");
    if (!job.kind->group) return pb_make_bytes_copy(ctx, der, length, exception);
    length = to_pair(job.kind, der, length, out);
    return length ? pb_make_bytes_copy(ctx, out, length, exception) : pb_throw_openssl(ctx, exception, "sign");
}

/// verify(kind, digest, public, signature, data) -> boolean; `digest` is "" for Ed25519
PB_NATIVE(pb_verify) {
    PB_UNUSED;
    signing job;
    pb_bytes signature, data;
    if (!read_arguments(ctx, argc, argv, &job, exception)) return NULL;
    if (!pb_arg_bytes(ctx, argc, argv, 3, "verify: the signature", &signature, exception)) return NULL;
    if (!pb_arg_bytes(ctx, argc, argv, 4, "verify: the data", &data, exception)) return NULL;
    if (signature.length != job.kind->signature_length) return JSValueMakeBoolean(ctx, false);
    uint8_t der[der_length_max];
    const uint8_t *given = signature.data;
    int length = (int)signature.length;
    if (job.kind->group) {
        length = from_pair(job.kind, signature.data, der);
        given = der;
    }
    EVP_PKEY *key = pb_public_key(job.kind, job.key);
    EVP_MD_CTX *verifier = EVP_MD_CTX_new();
    bool right = key && verifier && length > 0 && EVP_DigestVerifyInit(verifier, NULL, job.digest, NULL, key) == 1 &&
                 EVP_DigestVerify(verifier, given, (size_t)length, data.data, data.length) == 1;
    EVP_MD_CTX_free(verifier);
    EVP_PKEY_free(key);
    ERR_clear_error();
    return JSValueMakeBoolean(ctx, right);
}
