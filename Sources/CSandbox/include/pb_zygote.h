/// Forking workers from a warm process, with the hub as their parent.
#pragma once

#include "pb_spawn.h"

/// Choices of one fork, carried to the child as a mask: so far this one.
/// Put the worker into a pid namespace of its own, if the kernel lets us.
#define PB_FORK_PID_NAMESPACE 1u

/// What a freshly forked worker starts with.
typedef struct pb_worker_start {
    /// The mask of `PB_FORK_*` the hub asked for.
    uint32_t flags;
    /// How many descriptors came along; they are 3, 4, ….
    uint32_t fd_count;
    /// Hand this to `pb_lockdown`.
    pb_standing standing;
} pb_worker_start;

/// Answers fork requests on a SOCK_SEQPACKET socket until the hub closes it. The calling process is the zygote.
///
/// Returns 1 in each worker, with `start` filled; 0 in the zygote when the hub has closed the socket (the caller exits then);
/// `-errno` when it cannot serve: `-EBUSY` when this process has more than one thread, because a fork would copy locks that nobody
/// will release. A malformed request is answered with an error and otherwise ignored; descriptors it carried are closed.
///
/// In a worker: the hub is the parent; SIGKILL arrives when the hub's spawning thread ends; descriptors 0, 1, 2 are the zygote's;
/// everything else but the passed ones and those in `start->standing` is closed. pthread functions work (a raw clone leaves the C
/// library with the zygote's thread number, which breaks `pthread_kill` on the main thread, and so the engine's collector: repaired here).
int pb_zygote_serve(int control_fd, const pb_standing *_Nonnull standing, pb_worker_start *_Nonnull start);

/// What came of `pb_zygote_fork`.
typedef struct pb_fork_result {
    /// The worker, a child of this process, or 0.
    pid_t pid;
    /// Readable when the worker has ended; the caller closes it. -1 when the kernel has no pidfds.
    int32_t pidfd;
    /// 0, or the `errno` value of the failure.
    int32_t error;
    /// 0 when the pid namespace took or was not asked for, else why it did not.
    int32_t pid_namespace_error;
} pb_fork_result;

/// Asks a zygote for a worker with these descriptors as 3, 4, … and waits for the answer. One caller at a time per socket.
///
/// `-ETIMEDOUT` after `timeout_ms`: a worker that turns up later is killed and reaped by the next call. `-EPIPE`: the zygote is gone.
/// `flags` is a mask of `PB_FORK_*`. The descriptors stay the caller's.
int pb_zygote_fork(
    int control_fd, const int *_Nullable fds, uint32_t fd_count, uint32_t flags, int timeout_ms, pb_fork_result *_Nonnull result);

/// Makes the control socket of a zygote: `fds[0]` for the hub, `fds[1]` to pass to `pb_spawn`. Both close on exec.
int pb_zygote_socket(int *_Nonnull fds);
