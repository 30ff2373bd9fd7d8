/// Trying each layer of the sandbox on this machine, for `patchbay doctor`.
#pragma once

#include "pb_layers.h"

/// What a trial worker found.
typedef struct pb_probe_result {
    /// Every layer, as it stood around the trial worker.
    pb_report report;
    /// 0, or the `errno` value that kept the trial from being made at all.
    int32_t error;
    /// The signal that ended the worker when it made a forbidden call; SIGSYS when the filter works.
    int32_t forbidden_call_signal;
    /// `errno` of the worker's attempt to open /etc/passwd; 0 when it succeeded, which it must not.
    int32_t open_error;
    /// From asking the zygote to the end of the worker's lock-down, in microseconds, without an engine.
    uint32_t fork_to_locked_microseconds;
} pb_probe_result;

/// Spawns a zygote and a worker the way the hub does, locks the worker down with every layer and lets it make one forbidden call.
///
/// The processes are copies of the caller (nothing is executed) and end before this returns; it takes 5 to 20 ms and at most
/// `PB_PROBE_TIMEOUT_MS`. Requires nothing: a machine without any layer gives a report without any. Returns 0 or `-errno`, as in `result->error`.
int pb_probe(pb_probe_result *_Nonnull result);

/// The most time a trial may take, in milliseconds.
#define PB_PROBE_TIMEOUT_MS 10000
