/// Starting a program that inherits nothing, from a process with many threads.
#pragma once

#include "pb_layers.h"
#include <sys/types.h>

/// How many file descriptors `pb_spawn` and `pb_zygote_fork` may hand over.
#define PB_PASSED_FDS_MAX 8

/// Wait this long, in milliseconds, for a new process to set itself up and exec. Measured: 2 ms with all namespaces.
#define PB_SPAWN_TIMEOUT_MS 10000

/// What to start and what to give it.
typedef struct pb_spawn_options {
    /// Absolute path of the executable. It is opened with the caller's own rights: `pb_settle` gives those up after exec.
    const char *_Nonnull path;
    /// NULL-terminated argument vector, program name first.
    char *_Nullable const *_Nonnull arguments;
    /// NULL-terminated environment; one variable, `PATCHBAY_STANDING`, is added for `pb_settle` to read and remove.
    char *_Nullable const *_Nonnull environment;
    /// These become 3, 4, … in the child. Every other descriptor is closed there.
    const int *_Nullable fds;
    /// At most `PB_PASSED_FDS_MAX`.
    uint32_t fd_count;
    /// Becomes 2 in the child; -1 stands for /dev/null, like 0 and 1 always are.
    int32_t stderr_fd;
    /// Namespaces to try, as a mask of `pb_layer_bit`: user, mount, network, IPC, UTS. Each is best effort. `PB_LAYER_IDENTITY` in the
    /// mask asks that root's child becomes nobody (by a map in its user namespace, else by a plain change of uid in `pb_settle`).
    uint32_t wanted;
} pb_spawn_options;

/// What came of `pb_spawn`.
typedef struct pb_spawn_result {
    /// The child, or 0.
    pid_t pid;
    /// A descriptor that becomes readable when the child has ended; the caller closes it. -1 when the kernel has no pidfds.
    int32_t pidfd;
    /// 0, or the `errno` value that stopped the start.
    int32_t error;
    /// The namespaces asked for and those that took.
    pb_report report;
    /// The step that failed: a string that lives forever, such as `exec` or `close_range`; NULL on success.
    const char *_Nullable step;
} pb_spawn_result;

/// Starts an executable with given descriptors as 3, 4, … and nothing else of the caller: no other descriptor, no signal handler or
/// mask, no controlling terminal, no core dump, file mode mask 077, working directory `/`.
///
/// The child is killed when the *thread* that called this ends (`PR_SET_PDEATHSIG` follows the thread, not the process). Call it
/// from a thread that lives as long as the hub, never from a Dispatch or Swift concurrency thread.
///
/// Safe in a process with other threads: between fork and exec only async-signal-safe calls are made. Returns 0, or `-errno` with
/// `result->step` saying where; no process is left behind then.
int pb_spawn(const pb_spawn_options *_Nonnull options, pb_spawn_result *_Nonnull result);

/// What a settled process (a zygote, or a worker started by exec) knows about the walls it already has.
typedef struct pb_standing {
    /// Namespaces, identity and parent death so far. `pb_lockdown` continues this report.
    pb_report report;
    /// The empty directory that `pb_lockdown` makes the root; -1 when none could be made. Owned by the process.
    int32_t empty_root_fd;
    /// A pidfd of the hub, to notice its death in a race; -1 when unknown. Owned by the process.
    int32_t parent_pidfd;
    /// Where /proc/self/statm is open, for limits and crash notes; -1 until `pb_zygote_serve` or `pb_statm_open` filled it.
    int32_t statm_fd;
} pb_standing;

/// Takes up the standing that `pb_spawn` arranged. Call it once, first thing in main, while there is one thread only.
///
/// Reads and removes `PATCHBAY_STANDING`; becomes nobody where that was asked for; where there is a mount namespace, swaps the whole
/// file system for a tiny read-only one that holds just what an engine needs to start (/proc, /dev/null, /dev/urandom) and an
/// empty directory for later; arms the death signal again, because a change of identity clears it. Best effort, except that a dead
/// parent is an error: `-ESRCH`. Every other result is 0, and the report in `standing` says what holds.
int pb_settle(pb_standing *_Nonnull standing);

/// Opens /proc/self/statm into `standing` if it is not open yet. Returns the descriptor or `-errno`.
int pb_statm_open(pb_standing *_Nonnull standing);
