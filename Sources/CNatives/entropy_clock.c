// Random bytes from the kernel, and a clock that is a little coarse.
#include "entropy_clock.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

/// Most bytes of one request, as crypto.getRandomValues has it (https://w3c.github.io/webcrypto/#Crypto-method-getRandomValues).
enum { random_bytes_max = 65536 };

/// Steps of the clock. 5 microseconds is what browsers give isolated pages; finer helps only those who time a neighbour's cache.
enum { clock_step_ns = 5000 };

bool pb_random(uint8_t *out, size_t length) {
    while (length) {
        ssize_t got = getrandom(out, length, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return false;
        out += got;
        length -= (size_t)got;
    }
    return true;
}

/// randomBytes(count) -> Uint8Array
PB_NATIVE(pb_random_bytes) {
    PB_UNUSED;
    size_t count;
    if (!pb_arg_size(ctx, argc, argv, 0, "randomBytes: the count", 0, random_bytes_max, &count, exception)) return NULL;
    uint8_t *out = malloc(count ? count : 1);
    if (!out) return pb_throw_memory(ctx, exception);
    if (!pb_random(out, count)) {
        free(out);
        return pb_throw_type(ctx, exception, "randomBytes: the kernel gave no random bytes");
    }
    return pb_make_bytes(ctx, out, count, exception);
}

/// randomUUID() -> string, version 4 of RFC 9562
PB_NATIVE(pb_random_uuid) {
    PB_UNUSED;
    uint8_t b[16];
    if (!pb_random(b, sizeof b)) return pb_throw_type(ctx, exception, "randomUUID: the kernel gave no random bytes");
    b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
    b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
    char text[37];
    snprintf(text, sizeof text, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2], b[3], b[4],
             b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
    return pb_make_ascii(ctx, text, sizeof text - 1, exception);
}

static int64_t origin_ns, origin_epoch_ns;

static int64_t read_ns(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static double coarse_ms(int64_t ns) { return (double)(ns / clock_step_ns) * (clock_step_ns / 1e6); }

void pb_clock_start(void) {
    origin_ns = read_ns(CLOCK_MONOTONIC);
    origin_epoch_ns = read_ns(CLOCK_REALTIME);
}

/// now() -> milliseconds since the time origin, never going back
PB_NATIVE(pb_now) {
    PB_UNUSED;
    return JSValueMakeNumber(ctx, coarse_ms(read_ns(CLOCK_MONOTONIC) - origin_ns));
}

/// timeOrigin() -> the origin in milliseconds of Unix time
PB_NATIVE(pb_time_origin) {
    PB_UNUSED;
    return JSValueMakeNumber(ctx, coarse_ms(origin_epoch_ns));
}
