// Base64: the forgiving decoder of https://infra.spec.whatwg.org/#forgiving-base64-decode, and base64url without padding (RFC 7515).
#include "text.h"
#include <stdlib.h>
#include <string.h>

static const char standard_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// base64Encode(bytes, url) -> string; with `url` in base64url and without padding.
PB_NATIVE(pb_base64_encode) {
    PB_UNUSED;
    pb_bytes in;
    if (!pb_arg_bytes(ctx, argc, argv, 0, "base64Encode: the bytes", &in, exception)) return NULL;
    bool url = pb_arg_flag(ctx, argc, argv, 1);
    const char *alphabet = url ? url_alphabet : standard_alphabet;
    char *out = malloc((in.length + 2) / 3 * 4 + 1), *end = out;
    if (!out) return pb_throw_memory(ctx, exception);
    size_t i = 0;
    for (; i + 3 <= in.length; i += 3) {
        uint32_t bits = (uint32_t)in.data[i] << 16 | (uint32_t)in.data[i + 1] << 8 | in.data[i + 2];
        *end++ = alphabet[bits >> 18];
        *end++ = alphabet[bits >> 12 & 63];
        *end++ = alphabet[bits >> 6 & 63];
        *end++ = alphabet[bits & 63];
    }
    if (i < in.length) {
        bool two = i + 2 == in.length;
        uint32_t bits = (uint32_t)in.data[i] << 16 | (two ? (uint32_t)in.data[i + 1] << 8 : 0);
        *end++ = alphabet[bits >> 18];
        *end++ = alphabet[bits >> 12 & 63];
        if (two) *end++ = alphabet[bits >> 6 & 63];
        if (!url) {
            if (!two) *end++ = '=';
            *end++ = '=';
        }
    }
    *end = 0;
    JSValueRef value = pb_make_ascii(ctx, out, (size_t)(end - out), exception);
    free(out);
    return value;
}

enum { invalid = 0x40, space = 0x41 };

static uint8_t classify(JSChar unit, bool url) {
    if (unit >= 'A' && unit <= 'Z') return (uint8_t)(unit - 'A');
    if (unit >= 'a' && unit <= 'z') return (uint8_t)(unit - 'a' + 26);
    if (unit >= '0' && unit <= '9') return (uint8_t)(unit - '0' + 52);
    if (unit == (url ? '-' : '+')) return 62;
    if (unit == (url ? '_' : '/')) return 63;
    if (!url && (unit == ' ' || unit == '\t' || unit == '\n' || unit == '\f' || unit == '\r')) return space;
    return invalid;
}

/// Decodes `units` into `out`, which has room for 3 bytes a group; the number of bytes, or SIZE_MAX for text that is not base64.
static size_t decode(const JSChar *units, size_t length, bool url, uint8_t *out) {
    uint8_t table[128];
    for (JSChar unit = 0; unit < 128; unit++) table[unit] = classify(unit, url);
    size_t digits = 0, padding = 0, written = 0;
    uint32_t bits = 0;
    for (size_t i = 0; i < length; i++) {
        // Whole groups of digits, which is all that most text has, go through without being looked at one by one.
        while (digits % 4 == 0 && !padding && i + 4 <= length && (units[i] | units[i + 1] | units[i + 2] | units[i + 3]) < 128) {
            uint32_t a = table[units[i]], b = table[units[i + 1]], c = table[units[i + 2]], d = table[units[i + 3]];
            if ((a | b | c | d) >= 64) break;
            out[written++] = (uint8_t)(a << 2 | b >> 4);
            out[written++] = (uint8_t)(b << 4 | c >> 2);
            out[written++] = (uint8_t)(c << 6 | d);
            i += 4;
        }
        if (i == length) break;
        uint8_t value = units[i] < 128 ? table[units[i]] : (uint8_t)invalid;
        if (value < 64 && !padding) {
            bits = bits << 6 | value;
            if (++digits % 4 == 0) {
                out[written++] = (uint8_t)(bits >> 16);
                out[written++] = (uint8_t)(bits >> 8);
                out[written++] = (uint8_t)bits;
            }
        } else if (units[i] == '=' && !url) {
            padding++;
        } else if (value != space) {
            return SIZE_MAX;
        }
    }
    // Padding is optional; where it stands, it has to fill the last group of four.
    if (digits % 4 == 1 || padding > 2 || (padding && (digits + padding) % 4 != 0)) return SIZE_MAX;
    if (digits % 4 == 2) out[written++] = (uint8_t)(bits >> 4);
    if (digits % 4 == 3) {
        out[written++] = (uint8_t)(bits >> 10);
        out[written++] = (uint8_t)(bits >> 2);
    }
    return written;
}

/// base64Decode(string, url) -> Uint8Array, or null when the text is not base64.
PB_NATIVE(pb_base64_decode) {
    PB_UNUSED;
    pb_string text;
    if (!pb_arg_string(ctx, argc, argv, 0, "base64Decode: the text", &text, exception)) return NULL;
    uint8_t *out = malloc((text.length / 4 + 1) * 3);
    size_t written = out ? decode(text.units, text.length, pb_arg_flag(ctx, argc, argv, 1), out) : 0;
    pb_release_string(&text);
    if (!out) return pb_throw_memory(ctx, exception);
    if (written == SIZE_MAX) {
        free(out);
        return JSValueMakeNull(ctx);
    }
    return pb_make_bytes(ctx, out, written, exception);
}
