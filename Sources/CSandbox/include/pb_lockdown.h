/// Giving up every right a worker does not need, once its engine exists and before it sees a plugin's code.
#pragma once

#include "pb_spawn.h"
#include <stddef.h>

/// What to give up and how much to keep.
typedef struct pb_lockdown_options {
    /// Layers to apply, as a mask of `pb_layer_bit`; those that only `pb_spawn` or the zygote can apply are ignored here.
    uint32_t wanted;
    /// Layers without which `pb_lockdown` fails, whoever applied them.
    uint32_t required;
    /// Go on without a required layer. The report still says what is missing; the hub shows it as a degraded state.
    bool allow_degraded;
    /// Private writable memory the worker may add to what it has now (`VmData`), in bytes; 0 sets no limit.
    uint64_t data_budget_bytes;
    /// The limit on open descriptors. Descriptors already open above it stay usable.
    uint32_t open_files_max;
    /// CPU seconds for the whole life of the process, then SIGKILL; 0 sets no limit.
    uint32_t cpu_seconds_max;
    /// The size in bytes of a file the worker may write (SIGXFSZ beyond). 0 is right unless stderr is a regular file.
    uint64_t file_bytes_max;
} pb_lockdown_options;

/// All layers wanted; limits, no_new_privs, Landlock, seccomp and parent death required; 16 descriptors, no file writes, no memory budget.
pb_lockdown_options pb_lockdown_defaults(void);

/// Confines the calling process, all its threads included, and says how that went.
///
/// Order: memory, CPU and core limits; empty root; then on every thread no_new_privs, no capabilities, Landlock; descriptor
/// limits; seccomp on all threads last. Descriptors in `standing` except `statm_fd` are closed.
///
/// Returns 0; or `-EPERM` when a required layer is missing and degraded is not allowed, with `report` naming it: the caller then
/// exits without running anything. It cannot be undone.
int pb_lockdown(const pb_lockdown_options *_Nonnull options, pb_standing *_Nonnull standing, pb_report *_Nonnull report);

/// What a worker writes to its hub once it is confined: plain old data of fixed size.
typedef struct pb_greeting {
    pb_report report;
    /// Private writable memory of the engine alone (`VmData`), in bytes: a plugin's budget begins here. 0 when it cannot be read.
    uint64_t data_bytes;
} pb_greeting;

/// The greeting of this process after its lock-down.
pb_greeting pb_lockdown_greeting(const pb_report *_Nonnull report, const pb_standing *_Nonnull standing);

/// Limits the private writable memory of a worker that was confined before its plugin was known. For the hub: the filter keeps a
/// worker from setting limits, its own included. It cannot be raised again by whoever lacks CAP_SYS_RESOURCE. Returns 0 or `-errno`.
int pb_limit_memory(pid_t pid, uint64_t data_bytes_max);

/// Whether this process may add at most `budget_bytes` to the private writable memory it has. For the worker, before a plugin runs.
bool pb_memory_is_limited(const pb_standing *_Nonnull standing, uint64_t budget_bytes);

/// Compiles the system call filter so that later `pb_lockdown` calls in this process and its forks need not. The zygote does it once
/// (about 1 ms). Returns the number of BPF instructions, or `-errno`.
int pb_seccomp_prepare(void);

/// What the filter answers to one system call of process `own_pid`: a `SECCOMP_RET_*` value with its data bits, or 0xffffffff when the
/// filter cannot be built. It runs the very program that the kernel gets, so tests can walk through all numbers without dying.
uint32_t pb_seccomp_decide(uint32_t architecture, int number, const uint64_t *_Nonnull arguments, int own_pid);

/// How many instructions of the filter that decision takes; the price of one system call. 0 when the filter cannot be built.
uint32_t pb_seccomp_cost(uint32_t architecture, int number, const uint64_t *_Nonnull arguments, int own_pid);

/// The AUDIT_ARCH_* number of this machine, as the filter sees it.
uint32_t pb_seccomp_native_architecture(void);

/// The Landlock ABI of this kernel, 1 and up, or `-errno` (ENOSYS: not built in; EOPNOTSUPP: switched off at boot).
int pb_landlock_abi(void);
