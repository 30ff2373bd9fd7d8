// Digests, HMAC, AES-GCM and signatures, all through OpenSSL's EVP layer.
#pragma once
#include "bridge.h"
#include <openssl/evp.h>

PB_NATIVE(pb_digest);
PB_NATIVE(pb_hmac);
PB_NATIVE(pb_bytes_equal);
PB_NATIVE(pb_aes_gcm);
PB_NATIVE(pb_key_generate);
PB_NATIVE(pb_key_public);
PB_NATIVE(pb_key_import);
PB_NATIVE(pb_key_export);
PB_NATIVE(pb_sign);
PB_NATIVE(pb_verify);

/// Initialises OpenSSL without its configuration file and fetches what this folder uses. Draws no random number.
void pb_crypto_prepare(void);
/// The digest of a Web Crypto name ("SHA-1", "SHA-256", "SHA-384", "SHA-512"), or NULL.
const EVP_MD *pb_digest_named(const char *name);
/// Copies an OpenSSL failure's reason into a TypeError; every reason of ours is about an argument.
JSValueRef pb_throw_openssl(JSContextRef ctx, JSValueRef *exception, const char *what);
