#pragma once
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

/// What simdjson leaves behind for one document: 64-bit words `tag << 56 | payload`, and the text of its strings.
///
/// Words: 'r' (root, payload = one past the last word); '{' and '[' (payload bits 0-31 = one past the closing word, bits 32-55 = member
/// count, saturating); '}' and ']'; '"' (payload = offset into `strings`, where a 32-bit length and then UTF-8 stand); 'l', 'u', 'd' (the
/// next word is the Int64, UInt64 or Double); 't', 'f', 'n'. The memory is lent to the calling thread until it
/// parses again or calls `patchbay_json_done`.
typedef struct {
    const uint64_t *tape;
    const uint8_t *strings;
} patchbay_json_tape;

/// The deepest nesting the reader can be asked for; a deeper document is refused by `patchbay_json_parse`.
#define PATCHBAY_JSON_DEPTH_CEILING 1024

/// Parses `length` bytes; returns 0, or simdjson's error code and then lends nothing.
///
/// The bytes are copied into a padded buffer first (simdjson reads up to 64 bytes past the end), so any pointer will do.
int patchbay_json_parse(const uint8_t *bytes, size_t length, patchbay_json_tape *out);

/// Ends the use of the calling thread's last tape: its memory goes to whoever parses next, that of an unusually large document is freed.
void patchbay_json_done(void);

/// The instruction set simdjson chose for this processor, for diagnostics: "haswell", "icelake", "westmere", "fallback".
const char *patchbay_json_implementation(void);

#ifdef __cplusplus
}
#endif
