/// Small wrappers around processes that Swift cannot call or that want one shape.
#pragma once

#include <stdint.h>
#include <sys/types.h>

/// How a child ended.
typedef struct pb_exit {
    /// The child, or 0 when it is still running.
    pid_t pid;
    /// Its exit status, when `signal` is 0.
    int32_t status;
    /// The signal that killed it, or 0.
    int32_t signal;
    /// The most memory it had resident at a time, in bytes.
    uint64_t resident_peak_bytes;
    /// CPU time used, user and system, in microseconds.
    uint64_t cpu_microseconds;
} pb_exit;

/// Collects a child. With `block` false, `exit->pid` is 0 while it runs. Returns 0 or `-errno` (`-ECHILD`: not ours, or collected already).
int pb_wait(pid_t pid, _Bool block, pb_exit *_Nonnull exit);

/// A descriptor that becomes readable when the process ends, close-on-exec; or `-errno`.
int pb_pidfd_open(pid_t pid);

/// Sends a signal through a pidfd, which cannot hit a recycled number. Returns 0 or `-errno`.
int pb_pidfd_signal(int pidfd, int signal);

/// Private writable memory plus stack of a process and its resident memory, in bytes, from an open statm. Async-signal-safe.
int pb_statm_read(int statm_fd, uint64_t *_Nonnull data_bytes, uint64_t *_Nonnull resident_bytes);
