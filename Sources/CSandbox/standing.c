#include "internal.h"

#include <string.h>

static char *put_hex(char *out, uint32_t value) {
    for (int shift = 28; shift >= 0; shift -= 4) *out++ = "0123456789abcdef"[value >> shift & 15];
    *out++ = ':';
    return out;
}

void pb_standing_write(const struct pb_standing_note *note, char *text) {
    static const char prefix[] = PB_STANDING_NAME "=1:";
    memcpy(text, prefix, sizeof prefix - 1);
    char *out = text + sizeof prefix - 1;
    out = put_hex(out, note->wanted);
    out = put_hex(out, note->active);
    out = put_hex(out, note->identity);
    out = put_hex(out, note->parent);
    for (int i = 0; i < 8; i++) out = put_hex(out, note->errors[i]);
    *out = 0;
}

static int take_hex(const char **in, uint32_t *value) {
    *value = 0;
    for (int i = 0; i < 8; i++) {
        char c = (*in)[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0) return -EINVAL;
        *value = *value << 4 | (uint32_t)digit;
    }
    if ((*in)[8] != ':') return -EINVAL;
    *in += 9;
    return 0;
}

int pb_standing_parse(const char *value, struct pb_standing_note *note) {
    if (strncmp(value, "1:", 2) != 0) return -EINVAL;
    const char *in = value + 2;
    uint32_t fields[PB_STANDING_FIELDS];
    for (int i = 0; i < PB_STANDING_FIELDS; i++) {
        if (take_hex(&in, &fields[i]) < 0) return -EINVAL;
    }
    if (*in) return -EINVAL;
    note->wanted = fields[0];
    note->active = fields[1];
    note->identity = fields[2];
    note->parent = fields[3];
    memcpy(note->errors, fields + 4, sizeof note->errors);
    return 0;
}
