// Text codecs and base64.
#pragma once
#include "bridge.h"

PB_NATIVE(pb_utf8_encode);
PB_NATIVE(pb_utf8_decode);
PB_NATIVE(pb_utf8_complete_length);
PB_NATIVE(pb_utf16le_decode);
PB_NATIVE(pb_windows1252_decode);
PB_NATIVE(pb_binary_decode);
PB_NATIVE(pb_binary_encode);
PB_NATIVE(pb_base64_encode);
PB_NATIVE(pb_base64_decode);
PB_NATIVE(pb_percent_encode);
PB_NATIVE(pb_percent_decode);
PB_NATIVE(pb_domain_to_ascii);

/// Writes the character at `*at` to `out` (up to 4 bytes; a lone surrogate as U+FFFD), moves `*at` past it, and returns the bytes' number.
size_t pb_utf8_encode_next(const JSChar *units, size_t length, size_t *at, uint8_t *out);
/// A string of UTF-8 bytes, malformed ones replaced; or, when `fatal`, null for those.
JSValueRef pb_utf8_to_string(JSContextRef ctx, pb_bytes in, bool fatal, JSValueRef *exception);

/// Opens the IDNA table, once; domainToASCII opens it too when nobody did.
void pb_idna_prepare(void);
