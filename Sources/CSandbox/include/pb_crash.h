/// A last note from a dying worker, so that the hub can tell a memory limit from a crash.
#pragma once

#include <stdint.h>

/// What a dying worker writes into memory it shares with the hub. It is a hint: the worker's plugin can forge it.
///
/// Believe it only when `signal` is the signal (or the exit status minus 128) that the wait status names.
typedef struct pb_crash_note {
    /// The number of the signal, written last; 0 while nothing happened.
    uint32_t signal;
    /// `si_code`, as sent by the kernel.
    int32_t code;
    /// The address of the fault, for SIGSEGV and SIGBUS.
    uint64_t address;
    /// Private writable memory plus stack at that time, in bytes (statm's sixth number).
    uint64_t data_bytes;
    /// Resident memory at that time, in bytes.
    uint64_t resident_bytes;
    /// The memory limit in force (`RLIMIT_DATA`) in bytes, or `UINT64_MAX`; written when the handlers are installed or limits change.
    uint64_t data_limit_bytes;
} pb_crash_note;

/// Catches SIGABRT, SIGILL, SIGTRAP, SIGBUS, SIGFPE and SIGSEGV on an alternate stack of the calling thread, writes the note, and
/// lets the process die of the same signal.
///
/// Install it after the engine, which has a SIGSEGV handler of its own: a handler found in place is called after the note is
/// written, and if it deals with the fault the note is withdrawn. Where the kernel ignores the signal, as it does for process 1 of a
/// pid namespace, the process exits with 128 + signal. `note` stays mapped for the life of the process; `statm_fd` may be -1.
/// `data_limit_bytes` of the note is filled from the current limit. Call again on another thread to give that one a stack too.
int pb_crash_note_install(volatile pb_crash_note *_Nonnull note, int statm_fd);

/// Brings `data_limit_bytes` of an installed note up to date; `pb_lockdown` does it by itself.
void pb_crash_note_refresh(void);
