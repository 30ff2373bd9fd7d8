#include "CVerify.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <string.h>

enum { rsa_bits_min = 2048, rsa_bits_max = 8192, exponent_bits_max = 32, half = 32, der_length_max = 80 };

static EVP_PKEY *key_from(const char *type, OSSL_PARAM *parameters) {
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    if (!maker || !parameters || EVP_PKEY_fromdata_init(maker) <= 0 ||
        EVP_PKEY_fromdata(maker, &key, EVP_PKEY_PUBLIC_KEY, parameters) <= 0)
        key = NULL;
    EVP_PKEY_CTX_free(maker);
    return key;
}

/// Whether the numbers are a public key at all: on the curve, not even, not tiny.
static int is_sound(EVP_PKEY *key) {
    EVP_PKEY_CTX *checker = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    int sound = checker && EVP_PKEY_public_check(checker) == 1;
    EVP_PKEY_CTX_free(checker);
    return sound;
}

static int verify(EVP_PKEY *key, const uint8_t *data, size_t length, const uint8_t *signature, size_t signature_length) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int result = CVERIFY_BAD;
    // The defaults for RSA are PKCS #1 v1.5 paddings, which RS256 means.
    if (context && EVP_DigestVerifyInit_ex(context, NULL, "SHA256", NULL, NULL, key, NULL) == 1 &&
        EVP_DigestVerify(context, signature, signature_length, data, length) == 1)
        result = CVERIFY_GOOD;
    EVP_MD_CTX_free(context);
    ERR_clear_error();
    return result;
}

int cverify_rs256(const uint8_t *n, size_t n_length, const uint8_t *e, size_t e_length, const uint8_t *data, size_t length,
                  const uint8_t *signature, size_t signature_length) {
    if (n_length > rsa_bits_max / 8 || e_length > exponent_bits_max / 8) return CVERIFY_UNUSABLE_KEY;
    BIGNUM *modulus = BN_bin2bn(n, (int)n_length, NULL), *exponent = BN_bin2bn(e, (int)e_length, NULL);
    int result = CVERIFY_UNUSABLE_KEY;
    if (modulus && exponent && BN_num_bits(modulus) >= rsa_bits_min && BN_is_odd(exponent) && !BN_is_one(exponent)) {
        OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
        OSSL_PARAM *parameters = NULL;
        if (builder && OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, modulus) &&
            OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, exponent))
            parameters = OSSL_PARAM_BLD_to_param(builder);
        EVP_PKEY *key = key_from("RSA", parameters);
        if (key && is_sound(key)) result = verify(key, data, length, signature, signature_length);
        EVP_PKEY_free(key);
        OSSL_PARAM_free(parameters);
        OSSL_PARAM_BLD_free(builder);
    }
    BN_free(modulus);
    BN_free(exponent);
    ERR_clear_error();
    return result;
}

/// r and s to the DER that OpenSSL reads; 0 when there is no memory.
static int to_der(const uint8_t *signature, uint8_t *der) {
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

int cverify_es256(const uint8_t *x, const uint8_t *y, const uint8_t *data, size_t length, const uint8_t *signature,
                  size_t signature_length) {
    uint8_t point[1 + 2 * half] = {4}, der[der_length_max];
    memcpy(point + 1, x, half);
    memcpy(point + 1 + half, y, half);
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    OSSL_PARAM *parameters = NULL;
    if (builder && OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) &&
        OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point))
        parameters = OSSL_PARAM_BLD_to_param(builder);
    EVP_PKEY *key = key_from("EC", parameters);
    int result = CVERIFY_UNUSABLE_KEY;
    if (key && is_sound(key)) {
        result = CVERIFY_BAD;
        int der_length = signature_length == 2 * half ? to_der(signature, der) : 0;
        if (der_length > 0) result = verify(key, data, length, der, (size_t)der_length);
    }
    EVP_PKEY_free(key);
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(builder);
    ERR_clear_error();
    return result;
}
