// Keys of the signature algorithms, as bytes and as OpenSSL objects.
#pragma once
#include "crypto.h"

/// A signature algorithm: "Ed25519", or ECDSA on the curve of that name.
typedef struct {
    const char *name;         ///< Web Crypto's name of the algorithm or curve
    const char *group;        ///< OpenSSL's name of the curve; NULL for Ed25519
    int curve;                ///< OpenSSL's number of the curve
    size_t private_length;    ///< bytes of a private key: a seed or a big-endian scalar
    size_t public_length;     ///< bytes of a public key: as in RFC 8032, or an uncompressed point of SEC 1
    size_t signature_length;  ///< of Ed25519, or r and s of IEEE P1363 one after the other
} pb_signature_kind;

const pb_signature_kind *pb_signature_kind_named(const char *name);
/// A key from raw bytes; NULL when they are none. For a private one of ECDSA the public half is computed.
EVP_PKEY *pb_public_key(const pb_signature_kind *kind, pb_bytes bytes);
EVP_PKEY *pb_private_key(const pb_signature_kind *kind, pb_bytes bytes);
