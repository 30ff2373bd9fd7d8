// Digests and HMAC.
#include "crypto.h"
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

static struct {
    const char *name, *openssl_name;
    const EVP_MD *digest;
} digests[] = {{"SHA-1", "SHA1", NULL}, {"SHA-256", "SHA2-256", NULL}, {"SHA-384", "SHA2-384", NULL}, {"SHA-512", "SHA2-512", NULL}};

void pb_crypto_prepare(void) {
    // No configuration file: the worker has no file system, and a file of the machine should not choose its algorithms.
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT | OPENSSL_INIT_LOAD_CRYPTO_STRINGS, NULL);
    for (size_t i = 0; i < sizeof digests / sizeof *digests; i++) {
        if (!digests[i].digest) digests[i].digest = EVP_MD_fetch(NULL, digests[i].openssl_name, NULL);
        uint8_t out[EVP_MAX_MD_SIZE];
        unsigned length;
        if (digests[i].digest) HMAC(digests[i].digest, "k", 1, (const uint8_t *)"d", 1, out, &length);
    }
    // Naming the rest once fills OpenSSL's tables of methods. Making keys would start the random generator: no.
    static const char *const ciphers[] = {"AES-128-GCM", "AES-192-GCM", "AES-256-GCM"};
    for (size_t i = 0; i < 3; i++) EVP_CIPHER_free(EVP_CIPHER_fetch(NULL, ciphers[i], NULL));
    static const char *const signatures[] = {"ECDSA", "ED25519"};
    for (size_t i = 0; i < 2; i++) EVP_SIGNATURE_free(EVP_SIGNATURE_fetch(NULL, signatures[i], NULL));
    static const char *const keys[] = {"EC", "ED25519"};
    for (size_t i = 0; i < 2; i++) EVP_KEYMGMT_free(EVP_KEYMGMT_fetch(NULL, keys[i], NULL));
}

const EVP_MD *pb_digest_named(const char *name) {
    for (size_t i = 0; i < sizeof digests / sizeof *digests; i++) {
        if (strcmp(name, digests[i].name) != 0) continue;
        if (!digests[i].digest) pb_crypto_prepare();  // a process that was not forked from a prepared parent
        return digests[i].digest;
    }
    return NULL;
}

JSValueRef pb_throw_openssl(JSContextRef ctx, JSValueRef *exception, const char *what) {
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    char message[160];
    snprintf(message, sizeof message, "%s failed: %s", what, reason ? reason : "unknown reason");
    ERR_clear_error();
    return pb_throw_type(ctx, exception, message);
}

/// digest(name, bytes) -> Uint8Array
PB_NATIVE(pb_digest) {
    PB_UNUSED;
    char name[16];
    pb_bytes data;
    if (!pb_arg_name(ctx, argc, argv, 0, "digest: the name", name, exception)) return NULL;
    if (!pb_arg_bytes(ctx, argc, argv, 1, "digest: the data", &data, exception)) return NULL;
    const EVP_MD *digest = pb_digest_named(name);
    if (!digest) return pb_throw_type(ctx, exception, "digest: no such algorithm");
    uint8_t out[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    if (!EVP_Digest(data.data, data.length, out, &length, digest, NULL)) return pb_throw_openssl(ctx, exception, "digest");
    return pb_make_bytes_copy(ctx, out, length, exception);
}

/// hmac(name, key, data) -> Uint8Array
PB_NATIVE(pb_hmac) {
    PB_UNUSED;
    char name[16];
    pb_bytes key, data;
    if (!pb_arg_name(ctx, argc, argv, 0, "hmac: the name", name, exception)) return NULL;
    if (!pb_arg_bytes(ctx, argc, argv, 1, "hmac: the key", &key, exception)) return NULL;
    if (!pb_arg_bytes(ctx, argc, argv, 2, "hmac: the data", &data, exception)) return NULL;
    const EVP_MD *digest = pb_digest_named(name);
    if (!digest) return pb_throw_type(ctx, exception, "hmac: no such algorithm");
    uint8_t out[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    if (!HMAC(digest, key.data, (int)key.length, data.data, data.length, out, &length))
        return pb_throw_openssl(ctx, exception, "hmac");
    return pb_make_bytes_copy(ctx, out, length, exception);
}

/// bytesEqual(a, b) -> boolean, in a time that depends on the lengths only
PB_NATIVE(pb_bytes_equal) {
    PB_UNUSED;
    pb_bytes a, b;
    if (!pb_arg_bytes(ctx, argc, argv, 0, "bytesEqual: the first", &a, exception)) return NULL;
    if (!pb_arg_bytes(ctx, argc, argv, 1, "bytesEqual: the second", &b, exception)) return NULL;
    return JSValueMakeBoolean(ctx, a.length == b.length && CRYPTO_memcmp(a.data, b.data, a.length) == 0);
}
