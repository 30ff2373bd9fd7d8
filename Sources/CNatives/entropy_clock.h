// Random bytes and the clock.
#pragma once
#include "bridge.h"

PB_NATIVE(pb_random_bytes);
PB_NATIVE(pb_random_uuid);
PB_NATIVE(pb_now);
PB_NATIVE(pb_time_origin);

/// Fills `out` from the kernel's generator; false when the kernel refuses.
bool pb_random(uint8_t *out, size_t length);
/// Makes the present moment the origin of `now()`.
void pb_clock_start(void);
