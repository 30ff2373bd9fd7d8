#include "internal.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// Landlock domains and capabilities belong to a thread, and the engine has made threads (collector helpers) before we lock down. So
// each thread is interrupted by a signal and does the work on itself, the way C libraries implement setuid for all threads.
// Seccomp does not need this: the kernel spreads a filter itself.

#define THREADS_MAX 256          // a fresh engine has 2 to 6
#define SCANS_MAX 16             // a thread may be born while we look
#define THREAD_TIMEOUT_MS 2000   // a thread that blocks every signal never answers
#define NOT_DONE 1

static struct {
    int (*work)(void);
    _Atomic int target;
    _Atomic int result; // NOT_DONE, then what work answered
} order;

static int signal_number(void) {
    return SIGRTMAX; // the engine uses SIGUSR1, the C library 32 and 33
}

static void handle(int signal) {
    (void)signal;
    if (atomic_load(&order.target) != (int)syscall(SYS_gettid)) return;
    int saved = errno;
    int result = order.work();
    atomic_store(&order.target, 0);
    atomic_store(&order.result, result);
    syscall(SYS_futex, &order.result, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    errno = saved;
}

static int run_on(int tid) {
    atomic_store(&order.result, NOT_DONE);
    atomic_store(&order.target, tid);
    if (syscall(SYS_tgkill, getpid(), tid, signal_number()) < 0) return errno == ESRCH ? -ESRCH : -errno;
    struct timespec slice = {0, 50 * 1000000};
    for (int waited = 0; waited < THREAD_TIMEOUT_MS; waited += 50) {
        if (atomic_load(&order.result) != NOT_DONE) return atomic_load(&order.result);
        syscall(SYS_futex, &order.result, FUTEX_WAIT_PRIVATE, NOT_DONE, &slice, NULL, 0);
        if (atomic_load(&order.result) == NOT_DONE && syscall(SYS_tgkill, getpid(), tid, 0) < 0 && errno == ESRCH) return -ESRCH;
    }
    return atomic_load(&order.result) == NOT_DONE ? -ETIMEDOUT : atomic_load(&order.result);
}

// The number of a thread as this process sees it. /proc shows the numbers of the namespace it was mounted in, which for a worker in a
// pid namespace are not its own; the last number of NSpid is.
static int own_number(int task_fd, const char *name) {
    char path[32];
    size_t length = strlen(name);
    if (length > 15) return -EINVAL;
    memcpy(path, name, length);
    memcpy(path + length, "/status", 8);
    int fd = openat(task_fd, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return errno == ENOENT ? -ESRCH : -errno;
    char text[4096];
    ssize_t got = read(fd, text, sizeof text - 1);
    int error = got < 0 ? (errno == ESRCH ? -ESRCH : -errno) : 0;
    close(fd);
    if (error) return error;
    text[got] = 0;
    char *line = strstr(text, "\nNSpid:");
    if (!line) return -EINVAL;
    int number = 0, last = 0;
    for (char *c = line + 7; *c && *c != '\n'; c++) {
        if (*c >= '0' && *c <= '9') last = number = number * 10 + (*c - '0');
        else number = 0;
    }
    return last > 0 ? last : -EINVAL;
}

struct entry {
    uint64_t inode;
    int64_t offset;
    uint16_t length;
    uint8_t type;
    char name[];
};

// One walk over the threads; answers how many were new, or -errno.
static int scan(int task_fd, int *seen, int *seen_count) {
    int fresh = 0;
    if (lseek(task_fd, 0, SEEK_SET) < 0) return -errno;
    for (;;) {
        _Alignas(8) char buffer[2048];
        long got = syscall(SYS_getdents64, task_fd, buffer, sizeof buffer);
        if (got < 0) return -errno;
        if (got == 0) return fresh;
        for (long at = 0; at < got;) {
            struct entry *entry = (struct entry *)(buffer + at);
            at += entry->length;
            if (entry->name[0] == '.') continue;
            int tid = own_number(task_fd, entry->name);
            if (tid == -ESRCH) continue;
            if (tid < 0) return tid;
            bool known = tid == (int)syscall(SYS_gettid);
            for (int i = 0; i < *seen_count && !known; i++) known = seen[i] == tid;
            if (known) continue;
            if (*seen_count == THREADS_MAX) return -E2BIG;
            int error = run_on(tid);
            if (error == -ESRCH) continue;
            if (error) return error;
            seen[(*seen_count)++] = tid;
            fresh++;
        }
    }
}

int pb_threads_run(int task_fd, int (*work)(void)) {
    struct sigaction ours, before;
    memset(&ours, 0, sizeof ours);
    ours.sa_handler = handle;
    ours.sa_flags = SA_RESTART;
    sigfillset(&ours.sa_mask);
    if (sigaction(signal_number(), &ours, &before) < 0) return -errno;
    order.work = work;
    int seen[THREADS_MAX];
    int count = 0, fresh = 1;
    // Until a walk finds nobody new: a thread born of a confined one is confined, one born of the rest is caught by the next walk.
    for (int scans = 0; fresh > 0 && scans < SCANS_MAX; scans++) fresh = scan(task_fd, seen, &count);
    // After a failure a late signal may still arrive, and its default would kill: leave the handler in place then.
    if (fresh >= 0) sigaction(signal_number(), &before, NULL);
    return fresh < 0 ? fresh : fresh > 0 ? -EAGAIN : count;
}
