// Keys of Ed25519 and ECDSA: between raw bytes, SPKI, PKCS #8 and OpenSSL.
#include "crypto_keys.h"
#include "entropy_clock.h"
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

enum { private_length_max = 48, public_length_max = 97 };

static const pb_signature_kind kinds[] = {
    {"Ed25519", NULL, 0, 32, 32, 64},
    {"P-256", "P-256", NID_X9_62_prime256v1, 32, 65, 64},
    {"P-384", "P-384", NID_secp384r1, 48, 97, 96},
};

const pb_signature_kind *pb_signature_kind_named(const char *name) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(name, kinds[i].name) == 0) return &kinds[i];
    return NULL;
}

/// The public point of a private scalar; false when the scalar is not within 1...n-1.
static bool compute_public(const pb_signature_kind *kind, pb_bytes scalar, uint8_t *out) {
    EC_GROUP *group = EC_GROUP_new_by_curve_name(kind->curve);
    BIGNUM *number = BN_secure_new();
    EC_POINT *point = group ? EC_POINT_new(group) : NULL;
    bool fine = point && number && BN_bin2bn(scalar.data, (int)scalar.length, number) && !BN_is_zero(number) &&
                BN_cmp(number, EC_GROUP_get0_order(group)) < 0 && EC_POINT_mul(group, point, number, NULL, NULL, NULL) &&
                EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, out, kind->public_length, NULL) == kind->public_length;
    EC_POINT_free(point);
    BN_clear_free(number);
    EC_GROUP_free(group);
    return fine;
}

static EVP_PKEY *curve_key(const pb_signature_kind *kind, const uint8_t *public_bytes, pb_bytes scalar) {
    EVP_PKEY *key = NULL;
    BIGNUM *number = scalar.data ? BN_bin2bn(scalar.data, (int)scalar.length, NULL) : NULL;
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    OSSL_PARAM *parameters = NULL;
    if (builder && maker && OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, kind->group, 0) &&
        OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, public_bytes, kind->public_length) &&
        (!number || OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, number)))
        parameters = OSSL_PARAM_BLD_to_param(builder);
    if (!parameters || EVP_PKEY_fromdata_init(maker) <= 0 ||
        EVP_PKEY_fromdata(maker, &key, number ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, parameters) <= 0)
        key = NULL;
    OSSL_PARAM_free(parameters);
    EVP_PKEY_CTX_free(maker);
    OSSL_PARAM_BLD_free(builder);
    BN_clear_free(number);
    ERR_clear_error();
    return key;
}

EVP_PKEY *pb_public_key(const pb_signature_kind *kind, pb_bytes bytes) {
    if (bytes.length != kind->public_length) return NULL;
    if (!kind->group) return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, bytes.data, bytes.length);
    if (bytes.data[0] != POINT_CONVERSION_UNCOMPRESSED) return NULL;
    return curve_key(kind, bytes.data, (pb_bytes){NULL, 0});  // which refuses a point off the curve
}

EVP_PKEY *pb_private_key(const pb_signature_kind *kind, pb_bytes bytes) {
    if (bytes.length != kind->private_length) return NULL;
    if (!kind->group) return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, bytes.data, bytes.length);
    uint8_t public_bytes[public_length_max];
    return compute_public(kind, bytes, public_bytes) ? curve_key(kind, public_bytes, bytes) : NULL;
}

static bool read_kind(JSContextRef ctx, size_t argc, const JSValueRef argv[], const pb_signature_kind **kind, JSValueRef *exception) {
    char name[16];
    if (!pb_arg_name(ctx, argc, argv, 0, "key: the algorithm", name, exception)) return false;
    *kind = pb_signature_kind_named(name);
    if (!*kind) pb_throw_type(ctx, exception, "key: no such algorithm");
    return *kind != NULL;
}

/// keyGenerate(kind) -> the private key's bytes
PB_NATIVE(pb_key_generate) {
    PB_UNUSED;
    const pb_signature_kind *kind;
    if (!read_kind(ctx, argc, argv, &kind, exception)) return NULL;
    uint8_t secret[private_length_max], public_bytes[public_length_max];
    // A scalar is drawn anew until it lies within the order of the curve: 2^-32 of the draws for P-256 do not.
    do {
        if (!pb_random(secret, kind->private_length))
            return pb_throw_type(ctx, exception, "keyGenerate: the kernel gave no random bytes");
    } while (kind->group && !compute_public(kind, (pb_bytes){secret, kind->private_length}, public_bytes));
    JSValueRef value = pb_make_bytes_copy(ctx, secret, kind->private_length, exception);
    OPENSSL_cleanse(secret, sizeof secret);
    return value;
}

/// The raw bytes of one half of `key`, in `out`; 0 when it has no such half.
static size_t raw_bytes(const pb_signature_kind *kind, EVP_PKEY *key, bool secret, uint8_t *out) {
    size_t length = secret ? kind->private_length : kind->public_length;
    if (!kind->group) {
        int fine = secret ? EVP_PKEY_get_raw_private_key(key, out, &length) : EVP_PKEY_get_raw_public_key(key, out, &length);
        return fine == 1 ? length : 0;
    }
    if (!secret) {
        uint8_t *encoded = NULL;
        size_t count = EVP_PKEY_get1_encoded_public_key(key, &encoded);
        // Files may hold points in compressed form; raw keys are always uncompressed ones of the kind's length.
        if (count == length) memcpy(out, encoded, length);
        OPENSSL_free(encoded);
        return count == length ? length : 0;
    }
    BIGNUM *number = NULL;
    bool fine = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &number) && BN_bn2binpad(number, out, (int)length) == (int)length;
    BN_clear_free(number);
    return fine ? length : 0;
}

static bool is_kind(const pb_signature_kind *kind, EVP_PKEY *key) {
    char group[32] = "";
    if (!kind->group) return EVP_PKEY_is_a(key, "ED25519");
    if (!EVP_PKEY_is_a(key, "EC") || !EVP_PKEY_get_group_name(key, group, sizeof group, NULL)) return false;
    return OBJ_sn2nid(group) == kind->curve;
}

/// keyPublic(kind, private) -> the public key's bytes, or null when the private key is none
PB_NATIVE(pb_key_public) {
    PB_UNUSED;
    const pb_signature_kind *kind;
    pb_bytes secret;
    if (!read_kind(ctx, argc, argv, &kind, exception)) return NULL;
    if (!pb_arg_bytes(ctx, argc, argv, 1, "keyPublic: the key", &secret, exception)) return NULL;
    EVP_PKEY *key = pb_private_key(kind, secret);
    uint8_t out[public_length_max];
    size_t length = key ? raw_bytes(kind, key, false, out) : 0;
    EVP_PKEY_free(key);
    return length ? pb_make_bytes_copy(ctx, out, length, exception) : JSValueMakeNull(ctx);
}

/// keyImport(kind, "raw" | "spki" | "pkcs8", bytes) -> the checked raw bytes of the key, or null when it is none of that kind
PB_NATIVE(pb_key_import) {
    PB_UNUSED;
    const pb_signature_kind *kind;
    char format[16];
    pb_bytes bytes;
    if (!read_kind(ctx, argc, argv, &kind, exception)) return NULL;
    if (!pb_arg_name(ctx, argc, argv, 1, "keyImport: the format", format, exception)) return NULL;
    if (!pb_arg_bytes(ctx, argc, argv, 2, "keyImport: the bytes", &bytes, exception)) return NULL;
    bool secret = strcmp(format, "pkcs8") == 0;
    const uint8_t *at = bytes.data;
    EVP_PKEY *key = NULL;
    if (secret) {
        PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, (long)bytes.length);
        key = info ? EVP_PKCS82PKEY(info) : NULL;
        PKCS8_PRIV_KEY_INFO_free(info);
    } else if (strcmp(format, "spki") == 0) {
        key = d2i_PUBKEY(NULL, &at, (long)bytes.length);
    } else if (strcmp(format, "raw") == 0) {
        key = pb_public_key(kind, bytes);
        at += bytes.length;
    }
    uint8_t out[public_length_max];
    bool whole = key && at == bytes.data + bytes.length && is_kind(kind, key);
    size_t length = whole ? raw_bytes(kind, key, secret, out) : 0;
    EVP_PKEY_free(key);
    ERR_clear_error();
    JSValueRef value = length ? pb_make_bytes_copy(ctx, out, length, exception) : JSValueMakeNull(ctx);
    OPENSSL_cleanse(out, sizeof out);
    return value;
}

/// keyExport(kind, "spki" | "pkcs8", raw) -> DER
PB_NATIVE(pb_key_export) {
    PB_UNUSED;
    const pb_signature_kind *kind;
    char format[16];
    pb_bytes raw;
    if (!read_kind(ctx, argc, argv, &kind, exception)) return NULL;
    if (!pb_arg_name(ctx, argc, argv, 1, "keyExport: the format", format, exception)) return NULL;
    if (!pb_arg_bytes(ctx, argc, argv, 2, "keyExport: the key", &raw, exception)) return NULL;
    bool secret = strcmp(format, "pkcs8") == 0;
    EVP_PKEY *key = secret ? pb_private_key(kind, raw) : pb_public_key(kind, raw);
    uint8_t *der = NULL;
    int length = 0;
    if (key && secret) {
        PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key);
        length = info ? i2d_PKCS8_PRIV_KEY_INFO(info, &der) : 0;
        PKCS8_PRIV_KEY_INFO_free(info);
    } else if (key) {
        length = i2d_PUBKEY(key, &der);
    }
    EVP_PKEY_free(key);
    if (length <= 0) return pb_throw_openssl(ctx, exception, "keyExport");
    JSValueRef value = pb_make_bytes_copy(ctx, der, (size_t)length, exception);
    OPENSSL_clear_free(der, (size_t)length);
    return value;
}
