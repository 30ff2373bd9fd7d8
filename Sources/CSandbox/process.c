#include "internal.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int pb_wait(pid_t pid, _Bool block, pb_exit *out) {
    *out = (pb_exit){0};
    int status = 0;
    struct rusage usage = {0};
    pid_t ended;
    do {
        ended = wait4(pid, &status, block ? 0 : WNOHANG, &usage);
    } while (ended < 0 && errno == EINTR);
    if (ended < 0) return -errno;
    if (ended == 0) return 0;
    out->pid = ended;
    if (WIFSIGNALED(status)) {
        out->signal = WTERMSIG(status);
    } else {
        out->status = WEXITSTATUS(status);
    }
    out->resident_peak_bytes = (uint64_t)usage.ru_maxrss * 1024;
    out->cpu_microseconds = (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000
        + (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    return 0;
}

int pb_pidfd_open(pid_t pid) {
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    return fd < 0 ? -errno : fd; // close-on-exec by the kernel's own choice
}

int pb_pidfd_signal(int pidfd, int signal) {
    return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) < 0 ? -errno : 0;
}

int pb_statm_read(int statm_fd, uint64_t *data_bytes, uint64_t *resident_bytes) {
    // "size resident shared text lib data dt", in pages; seven numbers of at most 20 digits.
    char text[160];
    ssize_t length = pread(statm_fd, text, sizeof text, 0);
    if (length < 0) return -errno;
    uint64_t numbers[7] = {0};
    int field = 0;
    for (ssize_t i = 0; i < length && field < 7; i++) {
        if (text[i] >= '0' && text[i] <= '9') {
            numbers[field] = numbers[field] * 10 + (uint64_t)(text[i] - '0');
        } else {
            field++;
        }
    }
    if (field < 6) return -EINVAL;
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    *resident_bytes = numbers[1] * page;
    *data_bytes = numbers[5] * page;
    return 0;
}

int pb_statm_open(pb_standing *standing) {
    if (standing->statm_fd >= 0) return standing->statm_fd;
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return -errno;
    standing->statm_fd = fd;
    return fd;
}

int pb_parent_death_arm(pid_t expected_parent) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0) return -errno;
    // A parent that died before the line above has sent no signal: we would live on under init.
    return getppid() == expected_parent ? 0 : -ESRCH;
}

int pb_close_from(unsigned first) {
    if (syscall(SYS_close_range, first, ~0u, 0) == 0) return 0;
    // Some container profiles refuse close_range. The limit bounds the loop; a descriptor opened under a higher limit would be missed,
    // so ask for the hard one.
    struct rlimit limit = {0};
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return -errno;
    rlim_t end = limit.rlim_max > 1048576 ? 1048576 : limit.rlim_max;
    for (rlim_t fd = first; fd < end; fd++) close((int)fd);
    return 0;
}

int pb_write_file(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return -errno;
    size_t length = 0;
    while (text[length]) length++;
    ssize_t written = write(fd, text, length);
    int error = written < 0 ? -errno : (size_t)written == length ? 0 : -EIO;
    close(fd);
    return error;
}
