// UTF-8 in both directions, with the replacement rules of the Encoding Standard (https://encoding.spec.whatwg.org/#utf-8-decoder).
#include "text.h"
#include <stdlib.h>
#include <string.h>

static bool is_lead(JSChar unit) { return (unit & 0xfc00) == 0xd800; }
static bool is_trail(JSChar unit) { return (unit & 0xfc00) == 0xdc00; }

/// How many units at the start are ASCII; whole blocks at a time, so that the compiler can use vectors.
static size_t ascii_prefix_units(const JSChar *units, size_t length) {
    size_t i = 0;
    for (; i + 32 <= length; i += 32) {
        JSChar seen = 0;
        for (size_t j = 0; j < 32; j++) seen |= units[i + j];
        if (seen > 0x7f) break;
    }
    while (i < length && units[i] <= 0x7f) i++;
    return i;
}

/// The same for bytes. A NUL ends it too when `stop_at_nul`, for the sake of C strings.
static size_t ascii_prefix_bytes(const uint8_t *bytes, size_t length, bool stop_at_nul) {
    size_t i = 0;
    for (; i + 32 <= length; i += 32) {
        uint8_t high = 0, nul = 0;
        for (size_t j = 0; j < 32; j++) {
            high |= bytes[i + j];
            nul |= bytes[i + j] == 0;
        }
        if ((high & 0x80) || (stop_at_nul && nul)) break;
    }
    while (i < length && bytes[i] <= 0x7f && (bytes[i] || !stop_at_nul)) i++;
    return i;
}

static size_t encoded_length(const JSChar *units, size_t length) {
    size_t total = 0;
    for (size_t i = 0; i < length; i++) {
        if (units[i] <= 0x7f) {
            total += 1;
        } else if (units[i] <= 0x7ff) {
            total += 2;
        } else if (is_lead(units[i]) && i + 1 < length && is_trail(units[i + 1])) {
            total += 4;
            i++;
        } else {
            total += 3;  // a lone surrogate becomes U+FFFD, which is three bytes as well
        }
    }
    return total;
}

size_t pb_utf8_encode_next(const JSChar *units, size_t length, size_t *at, uint8_t *out) {
    uint32_t point = units[*at];
    *at += 1;
    if (point <= 0x7f) {
        out[0] = (uint8_t)point;
        return 1;
    }
    if (point <= 0x7ff) {
        out[0] = (uint8_t)(0xc0 | point >> 6);
        out[1] = (uint8_t)(0x80 | (point & 0x3f));
        return 2;
    }
    if (is_lead((JSChar)point) && *at < length && is_trail(units[*at])) {
        point = 0x10000 + ((point - 0xd800) << 10) + (units[*at] - 0xdc00u);
        *at += 1;
        out[0] = (uint8_t)(0xf0 | point >> 18);
        out[1] = (uint8_t)(0x80 | (point >> 12 & 0x3f));
        out[2] = (uint8_t)(0x80 | (point >> 6 & 0x3f));
        out[3] = (uint8_t)(0x80 | (point & 0x3f));
        return 4;
    }
    if (is_lead((JSChar)point) || is_trail((JSChar)point)) point = 0xfffd;
    out[0] = (uint8_t)(0xe0 | point >> 12);
    out[1] = (uint8_t)(0x80 | (point >> 6 & 0x3f));
    out[2] = (uint8_t)(0x80 | (point & 0x3f));
    return 3;
}

/// utf8Encode(string) -> Uint8Array
PB_NATIVE(pb_utf8_encode) {
    PB_UNUSED;
    pb_string text;
    if (!pb_arg_string(ctx, argc, argv, 0, "utf8Encode: the text", &text, exception)) return NULL;
    size_t ascii = ascii_prefix_units(text.units, text.length);
    size_t total = ascii + encoded_length(text.units + ascii, text.length - ascii);
    uint8_t *out = malloc(total ? total : 1);
    if (out) {
        for (size_t i = 0; i < ascii; i++) out[i] = (uint8_t)text.units[i];
        size_t at = ascii;
        for (uint8_t *next = out + ascii; at < text.length;) next += pb_utf8_encode_next(text.units, text.length, &at, next);
    }
    pb_release_string(&text);
    return out ? pb_make_bytes(ctx, out, total, exception) : pb_throw_memory(ctx, exception);
}

/// What stands at the start of some bytes.
typedef struct {
    size_t length;    ///< bytes taken, at least 1
    uint32_t point;   ///< the code point, when `valid`
    bool valid;
    bool incomplete;  ///< the bytes end inside a sequence that was right so far
} sequence;

static sequence next_sequence(const uint8_t *bytes, size_t length) {
    uint8_t first = bytes[0], low = 0x80, high = 0xbf;
    size_t need;
    uint32_t point;
    if (first <= 0x7f) return (sequence){1, first, true, false};
    if (first >= 0xc2 && first <= 0xdf) {
        need = 1;
        point = first & 0x1f;
    } else if (first >= 0xe0 && first <= 0xef) {
        need = 2;
        point = first & 0x0f;
        if (first == 0xe0) low = 0xa0;   // shorter forms exist
        if (first == 0xed) high = 0x9f;  // surrogates
    } else if (first >= 0xf0 && first <= 0xf4) {
        need = 3;
        point = first & 0x07;
        if (first == 0xf0) low = 0x90;
        if (first == 0xf4) high = 0x8f;  // past U+10FFFF
    } else {
        return (sequence){1, 0, false, false};
    }
    for (size_t i = 1; i <= need; i++) {
        if (i == length) return (sequence){i, 0, false, true};
        if (bytes[i] < low || bytes[i] > high) return (sequence){i, 0, false, false};
        low = 0x80;
        high = 0xbf;
        point = point << 6 | (bytes[i] & 0x3f);
    }
    return (sequence){need + 1, point, true, false};
}

JSValueRef pb_utf8_to_string(JSContextRef ctx, pb_bytes in, bool fatal, JSValueRef *exception) {
    char copy[1024];
    if (in.length < sizeof copy && ascii_prefix_bytes(in.data, in.length, true) == in.length) {
        memcpy(copy, in.data, in.length);
        copy[in.length] = 0;
        return pb_make_ascii(ctx, copy, in.length, exception);
    }
    JSChar *units = malloc(in.length * sizeof *units);  // no sequence gives more units than it has bytes
    if (!units) return pb_throw_memory(ctx, exception);
    size_t count = 0;
    for (size_t i = 0; i < in.length;) {
        size_t ascii = ascii_prefix_bytes(in.data + i, in.length - i, false);
        for (size_t j = 0; j < ascii; j++) units[count++] = in.data[i + j];
        i += ascii;
        while (i < in.length && in.data[i] > 0x7f) {
            sequence found = next_sequence(in.data + i, in.length - i);
            i += found.length;
            if (!found.valid && fatal) {
                free(units);
                return JSValueMakeNull(ctx);
            }
            uint32_t point = found.valid ? found.point : 0xfffd;
            if (point > 0xffff) {
                units[count++] = (JSChar)(0xd800 + ((point - 0x10000) >> 10));
                units[count++] = (JSChar)(0xdc00 + (point & 0x3ff));
            } else {
                units[count++] = (JSChar)point;
            }
        }
    }
    JSValueRef value = pb_make_units(ctx, units, count);
    free(units);
    return value;
}

/// utf8Decode(bytes, fatal) -> string, or null when `fatal` and the bytes are not UTF-8. A byte order mark is kept.
PB_NATIVE(pb_utf8_decode) {
    PB_UNUSED;
    pb_bytes in;
    if (!pb_arg_bytes(ctx, argc, argv, 0, "utf8Decode: the bytes", &in, exception)) return NULL;
    return pb_utf8_to_string(ctx, in, pb_arg_flag(ctx, argc, argv, 1), exception);
}

/// utf8CompleteLength(bytes) -> how many bytes stand before a sequence that is right so far but not finished.
PB_NATIVE(pb_utf8_complete_length) {
    PB_UNUSED;
    pb_bytes in;
    if (!pb_arg_bytes(ctx, argc, argv, 0, "utf8CompleteLength: the bytes", &in, exception)) return NULL;
    size_t complete = in.length;
    for (size_t back = 1; back <= 3 && back <= in.length; back++) {
        uint8_t byte = in.data[in.length - back];
        if ((byte & 0xc0) == 0x80) continue;
        sequence last = next_sequence(in.data + in.length - back, back);
        if (last.incomplete && last.length == back) complete = in.length - back;
        break;
    }
    return JSValueMakeNumber(ctx, (double)complete);
}
