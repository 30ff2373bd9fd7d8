#include "internal.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef PR_GET_TID_ADDRESS
#define PR_GET_TID_ADDRESS 40
#endif

#define REQUEST_MAGIC 0x50425a31u // "PBZ1"
#define ANSWER_MAGIC 0x50425a32u

struct request {
    uint32_t magic;
    uint32_t sequence;
    uint32_t flags;
    uint32_t fd_count;
};

struct answer {
    uint32_t magic;
    uint32_t sequence;
    int32_t pid;
    int32_t error;
    int32_t pid_namespace_error;
};

// Descriptors are parked from here up while a worker's low ones are being filled.
#define PARKED_FROM 32

int pb_zygote_socket(int *fds) {
    // Packets: one request is one message, so a malformed one cannot shift the next.
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0 ? -errno : 0;
}

// MARK: The zygote's side

// How many threads this process has; 1 when /proc is not there to ask.
static int count_threads(void) {
    DIR *tasks = opendir("/proc/self/task");
    if (!tasks) return 1;
    int count = 0;
    for (struct dirent *entry; (entry = readdir(tasks));) {
        if (entry->d_name[0] != '.') count++;
    }
    closedir(tasks);
    return count;
}

// What a raw clone leaves behind in the C library, and how to mend it.
struct thread_repair {
    int *tid_slot; // where the C library keeps the main thread's number; the kernel writes the child's there
    void *robust_list;
    size_t robust_length;
};

static struct thread_repair learn_thread_repair(void) {
    struct thread_repair repair = {0};
    // The start-up code gave the kernel this very address (set_tid_address), so the kernel can tell it without guessing offsets.
    int *slot = NULL;
    if (prctl(PR_GET_TID_ADDRESS, &slot, 0, 0, 0) == 0 && slot && *slot == (int)syscall(SYS_gettid)) repair.tid_slot = slot;
    syscall(SYS_get_robust_list, 0, &repair.robust_list, &repair.robust_length);
    return repair;
}

// fork() with the zygote's own parent as the parent.
static pid_t fork_sibling(unsigned long extra_flags, const struct thread_repair *repair) {
    unsigned long flags = CLONE_PARENT | SIGCHLD | extra_flags;
    if (repair->tid_slot) flags |= CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID;
#if defined(__x86_64__)
    return (pid_t)syscall(SYS_clone, flags, NULL, NULL, repair->tid_slot, NULL);
#else
    return (pid_t)syscall(SYS_clone, flags, NULL, NULL, NULL, repair->tid_slot); // arm64 and most others: tls before child_tid
#endif
}

static void close_all(const int *fds, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) close(fds[i]);
}

// Receives one request. Answers 1 for a good one, 0 at end of file, -errno for a bad one (its descriptors closed already).
static int receive_request(int control_fd, struct request *request, int *fds, uint32_t *fd_count) {
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(PB_PASSED_FDS_MAX * sizeof(int))];
    } control;
    memset(request, 0, sizeof *request);
    *fd_count = 0;
    struct iovec io = {request, sizeof *request};
    struct msghdr message = {.msg_iov = &io, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    ssize_t length;
    do {
        length = recvmsg(control_fd, &message, MSG_CMSG_CLOEXEC);
    } while (length < 0 && errno == EINTR);
    if (length < 0) return errno == ECONNRESET ? 0 : -errno;
    for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
        uint32_t count = (uint32_t)((part->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        for (uint32_t i = 0; i < count; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(part) + i * sizeof(int), sizeof fd);
            if (*fd_count < PB_PASSED_FDS_MAX) fds[(*fd_count)++] = fd;
            else close(fd);
        }
    }
    int error = 0;
    if (length == 0 && *fd_count == 0) return 0;
    if (length != sizeof *request || (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC))) error = -EMSGSIZE;
    else if (request->magic != REQUEST_MAGIC) error = -EPROTO;
    else if (request->fd_count != *fd_count) error = -EINVAL;
    else if (request->flags & ~(uint32_t)PB_FORK_PID_NAMESPACE) error = -EINVAL;
    if (error) {
        close_all(fds, *fd_count);
        *fd_count = 0;
        return error;
    }
    return 1;
}

static void send_answer(int control_fd, struct answer answer) {
    answer.magic = ANSWER_MAGIC;
    while (send(control_fd, &answer, sizeof answer, MSG_NOSIGNAL) < 0 && errno == EINTR) {}
}

// Makes a fresh fork a worker. Exits by itself when it cannot, since nobody else would notice.
static void become_worker(
    const struct request *request, const int *fds, const pb_standing *standing, const struct thread_repair *repair, int pid_namespace_error,
    pb_worker_start *start) {
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (standing->parent_pidfd >= 0) {
        // getppid() is 0 inside a pid namespace; the pidfd tells whether the hub died before the line above.
        struct pollfd hub = {standing->parent_pidfd, POLLIN, 0};
        if (poll(&hub, 1, 0) > 0) _exit(125);
    }
    if (repair->robust_list) syscall(SYS_set_robust_list, repair->robust_list, repair->robust_length);
    prctl(PR_SET_NAME, "patchbay-plugin", 0, 0, 0);

    int parked[PB_PASSED_FDS_MAX + 1];
    uint32_t count = request->fd_count;
    for (uint32_t i = 0; i < count; i++) parked[i] = fcntl(fds[i], F_DUPFD, PARKED_FROM);
    bool has_root = standing->empty_root_fd >= 0;
    if (has_root) parked[count] = fcntl(standing->empty_root_fd, F_DUPFD_CLOEXEC, PARKED_FROM);
    for (uint32_t i = 0; i < count + has_root; i++) {
        if (parked[i] < 0 || dup2(parked[i], 3 + (int)i) < 0) _exit(125);
    }
    if (pb_close_from(3 + count + has_root) < 0) _exit(125);

    // The zygote's right to make pid namespaces ends here; pb_lockdown needs only these two, until it drops them too.
    pb_capabilities_set(pb_capabilities_permitted() & (1ull << CAP_SYS_CHROOT | 1ull << CAP_SETPCAP), 0);

    start->flags = request->flags;
    start->fd_count = count;
    start->standing = *standing;
    start->standing.parent_pidfd = -1;
    start->standing.empty_root_fd = has_root ? 3 + (int)count : -1;
    start->standing.statm_fd = -1;
    pb_statm_open(&start->standing); // a failure shows up as a missing memory limit in pb_lockdown
    if (request->flags & PB_FORK_PID_NAMESPACE) pb_report_set(&start->standing.report, PB_LAYER_PID_NAMESPACE, pid_namespace_error);
    pb_report_set(&start->standing.report, PB_LAYER_PARENT_DEATH, 0);
}

int pb_zygote_serve(int control_fd, const pb_standing *standing, pb_worker_start *start) {
    memset(start, 0, sizeof *start);
    if (count_threads() != 1) return -EBUSY;
    int prepared = pb_seccomp_prepare(); // once here instead of 1 ms in every worker; workers report a failure
    (void)prepared;
    struct thread_repair repair = learn_thread_repair();
    for (;;) {
        struct request request;
        int fds[PB_PASSED_FDS_MAX];
        uint32_t fd_count = 0;
        int received = receive_request(control_fd, &request, fds, &fd_count);
        if (received == 0) return 0;
        if (received < 0) {
            if (received == -ENOTSOCK || received == -EBADF || received == -ENOTCONN) return received;
            send_answer(control_fd, (struct answer){.sequence = request.sequence, .error = -received});
            continue;
        }
        struct answer answer = {.sequence = request.sequence};
        pid_t pid = -1;
        if (request.flags & PB_FORK_PID_NAMESPACE) {
            pid = fork_sibling(CLONE_NEWPID, &repair);
            if (pid < 0) answer.pid_namespace_error = errno;
        }
        if (pid < 0) pid = fork_sibling(0, &repair);
        if (pid == 0) {
            become_worker(&request, fds, standing, &repair, answer.pid_namespace_error, start);
            return 1;
        }
        if (pid < 0) answer.error = errno;
        else answer.pid = pid;
        close_all(fds, fd_count);
        send_answer(control_fd, answer);
    }
}

// MARK: The hub's side

static int64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int wait_for(int fd, short events, int64_t deadline) {
    for (;;) {
        int64_t left = deadline - now_ms();
        if (left < 0) left = 0;
        struct pollfd waiting = {fd, events, 0};
        int ready = poll(&waiting, 1, (int)left);
        if (ready > 0) return 0;
        if (ready == 0) return -ETIMEDOUT;
        if (errno != EINTR) return -errno;
    }
}

static int send_request(int control_fd, const struct request *request, const int *fds, int64_t deadline) {
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(PB_PASSED_FDS_MAX * sizeof(int))];
    } control;
    memset(&control, 0, sizeof control);
    struct iovec io = {(void *)request, sizeof *request};
    struct msghdr message = {.msg_iov = &io, .msg_iovlen = 1};
    if (request->fd_count) {
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(request->fd_count * sizeof(int));
        struct cmsghdr *part = CMSG_FIRSTHDR(&message);
        part->cmsg_level = SOL_SOCKET;
        part->cmsg_type = SCM_RIGHTS;
        part->cmsg_len = CMSG_LEN(request->fd_count * sizeof(int));
        memcpy(CMSG_DATA(part), fds, request->fd_count * sizeof(int));
    }
    for (;;) {
        ssize_t sent = sendmsg(control_fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent == sizeof *request) return 0;
        if (sent >= 0) return -EIO;
        if (errno == EINTR) continue;
        if (errno != EAGAIN) return -errno;
        int error = wait_for(control_fd, POLLOUT, deadline);
        if (error) return error;
    }
}

// A worker that came after its caller had gone. It is our child and not collected yet, so its number is still its own.
static void discard(pid_t pid) {
    if (pid <= 0) return;
    kill(pid, SIGKILL);
    pb_exit ignored;
    pb_wait(pid, true, &ignored);
}

static int receive_answer(int control_fd, uint32_t sequence, int64_t deadline, struct answer *answer) {
    for (;;) {
        int error = wait_for(control_fd, POLLIN, deadline);
        if (error) return error;
        ssize_t length = recv(control_fd, answer, sizeof *answer, MSG_DONTWAIT);
        if (length < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (length < 0) return errno == ECONNRESET ? -EPIPE : -errno;
        if (length == 0) return -EPIPE;
        if (length != sizeof *answer || answer->magic != ANSWER_MAGIC) return -EPROTO;
        if (answer->sequence == sequence) return 0;
        discard(answer->pid);
    }
}

int pb_zygote_fork(int control_fd, const int *fds, uint32_t fd_count, uint32_t flags, int timeout_ms, pb_fork_result *result) {
    static _Atomic uint32_t next_sequence = 1;
    *result = (pb_fork_result){.pidfd = -1};
    int error = -EINVAL;
    if (fd_count <= PB_PASSED_FDS_MAX && (fd_count == 0 || fds)) {
        int64_t deadline = now_ms() + timeout_ms;
        struct request request = {REQUEST_MAGIC, atomic_fetch_add(&next_sequence, 1), flags, fd_count};
        struct answer answer = {0};
        error = send_request(control_fd, &request, fds, deadline);
        if (!error) error = receive_answer(control_fd, request.sequence, deadline, &answer);
        if (!error) error = -answer.error;
        if (!error) {
            result->pid = answer.pid;
            result->pid_namespace_error = answer.pid_namespace_error;
            int pidfd = pb_pidfd_open(answer.pid);
            result->pidfd = pidfd < 0 ? -1 : pidfd;
        }
    }
    result->error = -error;
    return error;
}
