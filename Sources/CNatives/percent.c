// Percent-encoding of the URL Standard (https://url.spec.whatwg.org/#percent-encoded-bytes), and its form-urlencoded kin.
#include "text.h"
#include <stdlib.h>
#include <string.h>

/// Percent-encode sets as text, in the order of the numbers that JavaScript uses (chunks/url/encode.js). All of them also hold the
/// controls and whatever is not ASCII.
static const char *const sets[] = {
    "",                               // C0 control
    " \"<>`",                         // fragment
    " \"#<>",                         // query
    " \"#<>'",                        // special-query
    " \"#<>?^`{}",                    // path
    " \"#<>?^`{}/:;=@[\\]|",          // userinfo
    " \"#<>?^`{}/:;=@[\\]|$%&+,!'()~"  // application/x-www-form-urlencoded, where a blank becomes a plus
};
enum { sets_count = sizeof sets / sizeof *sets, form_set = sets_count - 1 };

typedef struct {
    bool encode[128];
} ascii_set;

static ascii_set table_for(size_t number) {
    ascii_set set = {{false}};
    for (size_t i = 0; i < 128; i++) set.encode[i] = i < 0x20 || i == 0x7f;
    for (const char *c = sets[number]; *c; c++) set.encode[(unsigned char)*c] = true;
    return set;
}

static char *escape(char *out, uint8_t byte) {
    static const char digits[] = "0123456789ABCDEF";
    *out++ = '%';
    *out++ = digits[byte >> 4];
    *out++ = digits[byte & 15];
    return out;
}

/// percentEncode(text, set) -> string; the text itself when nothing in it has to be encoded. Set 6 writes blanks as plus signs.
PB_NATIVE(pb_percent_encode) {
    PB_UNUSED;
    pb_string text;
    size_t number, i = 0;
    if (!pb_arg_size(ctx, argc, argv, 1, "percentEncode: the set", 0, sets_count - 1, &number, exception)) return NULL;
    if (!pb_arg_string(ctx, argc, argv, 0, "percentEncode: the text", &text, exception)) return NULL;
    ascii_set set = table_for(number);
    while (i < text.length && text.units[i] < 128 && !set.encode[text.units[i]]) i++;
    if (i == text.length) {
        pb_release_string(&text);
        return argv[0];
    }
    char *out = malloc(text.length * 9 + 1), *end = out;  // a unit gives at most three bytes of three characters each
    for (size_t at = 0; out && at < text.length;) {
        JSChar unit = text.units[at];
        if (unit < 128 && at < i) {
            *end++ = (char)unit;
            at++;
        } else if (unit < 128) {
            if (unit == ' ' && number == form_set) *end++ = '+';
            else if (set.encode[unit]) end = escape(end, (uint8_t)unit);
            else *end++ = (char)unit;
            at++;
        } else {
            uint8_t bytes[4];
            size_t count = pb_utf8_encode_next(text.units, text.length, &at, bytes);
            for (size_t j = 0; j < count; j++) end = escape(end, bytes[j]);
        }
    }
    pb_release_string(&text);
    if (!out) return pb_throw_memory(ctx, exception);
    *end = 0;
    JSValueRef value = pb_make_ascii(ctx, out, (size_t)(end - out), exception);
    free(out);
    return value;
}

static int digit(JSChar unit) {
    if (unit >= '0' && unit <= '9') return unit - '0';
    unit |= 0x20;
    return unit >= 'a' && unit <= 'f' ? unit - 'a' + 10 : -1;
}

/// percentDecode(text, form) -> string, with U+FFFD for bytes that are not UTF-8; `form` reads a plus sign as a blank.
PB_NATIVE(pb_percent_decode) {
    PB_UNUSED;
    pb_string text;
    if (!pb_arg_string(ctx, argc, argv, 0, "percentDecode: the text", &text, exception)) return NULL;
    bool form = pb_arg_flag(ctx, argc, argv, 1), changes = false;
    for (size_t i = 0; i < text.length && !changes; i++) changes = text.units[i] == '%' || (form && text.units[i] == '+');
    if (!changes) {
        pb_release_string(&text);
        return argv[0];
    }
    uint8_t *bytes = malloc(text.length * 3 + 1);
    size_t count = 0;
    for (size_t i = 0; bytes && i < text.length;) {
        JSChar unit = text.units[i];
        if (unit == '%' && i + 2 < text.length && digit(text.units[i + 1]) >= 0 && digit(text.units[i + 2]) >= 0) {
            bytes[count++] = (uint8_t)(digit(text.units[i + 1]) << 4 | digit(text.units[i + 2]));
            i += 3;
        } else if (unit == '+' && form) {
            bytes[count++] = ' ';
            i++;
        } else {
            count += pb_utf8_encode_next(text.units, text.length, &i, bytes + count);
        }
    }
    pb_release_string(&text);
    if (!bytes) return pb_throw_memory(ctx, exception);
    JSValueRef value = pb_utf8_to_string(ctx, (pb_bytes){bytes, count}, false, exception);
    free(bytes);
    return value;
}
