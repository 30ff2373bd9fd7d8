// Tells whether this process was ever refused memory.
//
// The engine answers a refusal with a deliberate crash as often as with an exception, and a crash alone does not say why. This
// target defines `mmap` for the whole program, passes every call on to the kernel, and counts the refusals in memory shared with
// the hub. It defines `madvise` too, to leave out advice about core dumps. Only the worker links it.
#pragma once
#include <stdint.h>

/// Counts refusals in `*counter` from here on; the memory must stay mapped.
void pb_memory_watch(uint32_t *counter);
