#include "internal.h"

#include <sys/resource.h>

static int set_both(int resource, rlim_t value) {
    struct rlimit limit = {value, value};
    if (setrlimit((__rlimit_resource_t)resource, &limit) == 0) return 0;
    int error = -errno;
    // Already lower than we want is as good: only raising can be refused.
    if (getrlimit((__rlimit_resource_t)resource, &limit) == 0 && limit.rlim_max <= value) return 0;
    return error;
}

int pb_limits_apply(const pb_lockdown_options *options, int statm_fd) {
    int first = 0;
    struct { int resource; rlim_t value; } fixed[] = {
        {RLIMIT_CORE, 0}, {RLIMIT_MEMLOCK, 0}, {RLIMIT_MSGQUEUE, 0}, {RLIMIT_RTPRIO, 0}, {RLIMIT_FSIZE, options->file_bytes_max},
    };
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        int error = set_both(fixed[i].resource, fixed[i].value);
        if (error && !first) first = error;
    }
    if (options->cpu_seconds_max) {
        int error = set_both(RLIMIT_CPU, options->cpu_seconds_max);
        if (error && !first) first = error;
    }
    if (options->data_budget_bytes) {
        // The engine has reserved gigabytes by now, so the limit is what is there plus the budget. statm counts the stack in (some 100 kB),
        // the limit does not: the plugin gets those on top.
        uint64_t data = 0, resident = 0;
        int error = statm_fd < 0 ? -ENOENT : pb_statm_read(statm_fd, &data, &resident);
        if (!error) error = set_both(RLIMIT_DATA, data + options->data_budget_bytes);
        if (error && !first) first = error;
    }
    // No RLIMIT_NPROC: it counts all processes of one user, so it would limit the number of workers, not a worker's threads.
    // Processes are stopped by seccomp, and nothing a plugin can reach makes threads.
    return first;
}

int pb_limits_apply_open_files(uint32_t open_files_max) {
    return set_both(RLIMIT_NOFILE, open_files_max);
}

int pb_limit_memory(pid_t pid, uint64_t data_bytes_max) {
    struct rlimit limit = {data_bytes_max, data_bytes_max};
    return prlimit(pid, RLIMIT_DATA, &limit, NULL) == 0 ? 0 : -errno;
}

bool pb_memory_is_limited(const pb_standing *standing, uint64_t budget_bytes) {
    pb_crash_note_refresh();
    struct rlimit limit;
    uint64_t data = 0, resident = 0;
    if (standing->statm_fd < 0 || pb_statm_read(standing->statm_fd, &data, &resident) < 0) return false;
    return getrlimit(RLIMIT_DATA, &limit) == 0 && limit.rlim_max != RLIM_INFINITY && limit.rlim_max <= data + budget_bytes;
}
