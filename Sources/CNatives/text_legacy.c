// UTF-16LE, windows-1252 and "binary strings" (a byte in each UTF-16 unit), after the Encoding Standard.
#include "text.h"
#include <stdlib.h>
#include <string.h>

/// Code points of bytes 0x80...0x9F (https://encoding.spec.whatwg.org/index-windows-1252.txt); all others stand for themselves.
static const JSChar windows1252_high[32] = {
    0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008d, 0x017d, 0x008f,
    0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178,
};

static JSValueRef widen(JSContextRef ctx, pb_bytes in, const JSChar *high, JSValueRef *exception) {
    JSChar *units = malloc(in.length * sizeof *units + 1);
    if (!units) return pb_throw_memory(ctx, exception);
    for (size_t i = 0; i < in.length; i++) units[i] = in.data[i];
    for (size_t i = 0; high && i < in.length; i++)
        if (units[i] >= 0x80 && units[i] <= 0x9f) units[i] = high[units[i] - 0x80];
    JSValueRef value = pb_make_units(ctx, units, in.length);
    free(units);
    return value;
}

/// windows1252Decode(bytes) -> string
PB_NATIVE(pb_windows1252_decode) {
    PB_UNUSED;
    pb_bytes in;
    if (!pb_arg_bytes(ctx, argc, argv, 0, "windows1252Decode: the bytes", &in, exception)) return NULL;
    return widen(ctx, in, windows1252_high, exception);
}

/// binaryDecode(bytes) -> string with a byte in each unit
PB_NATIVE(pb_binary_decode) {
    PB_UNUSED;
    pb_bytes in;
    if (!pb_arg_bytes(ctx, argc, argv, 0, "binaryDecode: the bytes", &in, exception)) return NULL;
    return widen(ctx, in, NULL, exception);
}

/// binaryEncode(string) -> Uint8Array, or null when a unit is above 0xFF
PB_NATIVE(pb_binary_encode) {
    PB_UNUSED;
    pb_string text;
    if (!pb_arg_string(ctx, argc, argv, 0, "binaryEncode: the text", &text, exception)) return NULL;
    uint8_t *out = malloc(text.length ? text.length : 1);
    JSChar seen = 0;
    size_t length = text.length;
    if (out) {
        for (size_t i = 0; i < length; i++) seen |= text.units[i];
        for (size_t i = 0; i < length; i++) out[i] = (uint8_t)text.units[i];
    }
    pb_release_string(&text);
    if (!out) return pb_throw_memory(ctx, exception);
    if (seen > 0xff) {
        free(out);
        return JSValueMakeNull(ctx);
    }
    return pb_make_bytes(ctx, out, length, exception);
}

/// utf16leDecode(bytes, fatal) -> string, or null when `fatal` and a surrogate or the last byte stands alone.
PB_NATIVE(pb_utf16le_decode) {
    PB_UNUSED;
    pb_bytes in;
    if (!pb_arg_bytes(ctx, argc, argv, 0, "utf16leDecode: the bytes", &in, exception)) return NULL;
    size_t count = in.length / 2;
    JSChar *units = malloc((count + 1) * sizeof *units);
    if (!units) return pb_throw_memory(ctx, exception);
    bool damaged = in.length % 2;
    for (size_t i = 0; i < count; i++) units[i] = (JSChar)(in.data[2 * i] | in.data[2 * i + 1] << 8);
    for (size_t i = 0; i < count; i++) {
        if ((units[i] & 0xf800) != 0xd800) continue;
        if ((units[i] & 0xfc00) == 0xd800 && i + 1 < count && (units[i + 1] & 0xfc00) == 0xdc00) {
            i++;
            continue;
        }
        units[i] = 0xfffd;
        damaged = true;
    }
    if (in.length % 2) units[count++] = 0xfffd;
    JSValueRef value = damaged && pb_arg_flag(ctx, argc, argv, 1) ? JSValueMakeNull(ctx) : pb_make_units(ctx, units, count);
    free(units);
    return value;
}
