// AES-GCM (NIST SP 800-38D), with keys of 128, 192 and 256 bits.
#include "crypto.h"
#include <stdlib.h>
#include <string.h>

enum { tag_length_max = 16, iv_length_max = 1024 };

static const EVP_CIPHER *cipher_for(size_t key_length) {
    switch (key_length) {
        case 16: return EVP_aes_128_gcm();
        case 24: return EVP_aes_192_gcm();
        case 32: return EVP_aes_256_gcm();
        default: return NULL;
    }
}

typedef struct {
    bool encrypt;
    pb_bytes key, iv, data, extra;
    size_t tag_length;
} aead;

static bool read_arguments(JSContextRef ctx, size_t argc, const JSValueRef argv[], aead *out, JSValueRef *exception) {
    out->encrypt = pb_arg_flag(ctx, argc, argv, 0);
    return pb_arg_bytes(ctx, argc, argv, 1, "aesGcm: the key", &out->key, exception) &&
           pb_arg_bytes(ctx, argc, argv, 2, "aesGcm: the iv", &out->iv, exception) &&
           pb_arg_bytes(ctx, argc, argv, 3, "aesGcm: the data", &out->data, exception) &&
           pb_arg_bytes(ctx, argc, argv, 4, "aesGcm: the additional data", &out->extra, exception) &&
           pb_arg_size(ctx, argc, argv, 5, "aesGcm: the tag length", 4, tag_length_max, &out->tag_length, exception);
}

/// Runs the cipher over `length` bytes of data; false for an OpenSSL failure. `*authentic` is false for a wrong tag.
static bool run(const aead *job, EVP_CIPHER_CTX *cipher, size_t length, uint8_t *out, bool *authentic) {
    int moved = 0;
    if (!EVP_CipherInit_ex(cipher, cipher_for(job->key.length), NULL, NULL, NULL, job->encrypt)) return false;
    if (!EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_IVLEN, (int)job->iv.length, NULL)) return false;
    if (!EVP_CipherInit_ex(cipher, NULL, NULL, job->key.data, job->iv.data, job->encrypt)) return false;
    if (job->extra.length && !EVP_CipherUpdate(cipher, NULL, &moved, job->extra.data, (int)job->extra.length)) return false;
    if (length && !EVP_CipherUpdate(cipher, out, &moved, job->data.data, (int)length)) return false;
    if (!job->encrypt) {
        uint8_t tag[tag_length_max];
        memcpy(tag, job->data.data + length, job->tag_length);
        if (!EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, (int)job->tag_length, tag)) return false;
    }
    *authentic = EVP_CipherFinal_ex(cipher, out + length, &moved) == 1;
    if (!job->encrypt) return true;
    return *authentic && EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, (int)job->tag_length, out + length);
}

/// aesGcm(encrypt, key, iv, data, additionalData, tagBytes) -> Uint8Array (the text, then the tag), or null for a wrong tag
PB_NATIVE(pb_aes_gcm) {
    PB_UNUSED;
    aead job;
    if (!read_arguments(ctx, argc, argv, &job, exception)) return NULL;
    if (!cipher_for(job.key.length)) return pb_throw_range(ctx, exception, "aesGcm: the key must have 16, 24 or 32 bytes");
    if (!job.iv.length || job.iv.length > iv_length_max)
        return pb_throw_range(ctx, exception, "aesGcm: the iv must have 1 to 1024 bytes");
    if (!job.encrypt && job.data.length < job.tag_length) return JSValueMakeNull(ctx);
    size_t length = job.encrypt ? job.data.length : job.data.length - job.tag_length;
    size_t total = job.encrypt ? length + job.tag_length : length;
    uint8_t *out = malloc(length + tag_length_max);
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    bool authentic = false, done = out && cipher && run(&job, cipher, length, out, &authentic);
    EVP_CIPHER_CTX_free(cipher);
    if (done && authentic) return pb_make_bytes(ctx, out, total, exception);
    free(out);  // unauthenticated text never leaves this function
    if (done) return JSValueMakeNull(ctx);
    return out ? pb_throw_openssl(ctx, exception, "aesGcm") : pb_throw_memory(ctx, exception);
}
