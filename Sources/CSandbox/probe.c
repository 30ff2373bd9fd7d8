#include "internal.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// Written by the trial worker, read by the doctor.
struct findings {
    pb_report report;
    int32_t open_error;
    uint64_t locked_at;
    bool is_locked;
};

static uint64_t now_microseconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static int run_trial_worker(struct findings *findings, pb_worker_start *start) {
    pb_lockdown_options options = pb_lockdown_defaults();
    options.required = 0;
    options.data_budget_bytes = 16 << 20;
    pb_report report;
    pb_lockdown(&options, &start->standing, &report);
    findings->locked_at = now_microseconds();
    findings->report = report;
    findings->is_locked = true;
    findings->open_error = open("/etc/passwd", O_RDONLY) < 0 ? errno : 0;
    (void)socket(AF_UNIX, SOCK_STREAM, 0); // forbidden: does not come back
    return 0;
}

static int run_trial_zygote(void *context) {
    pb_standing standing;
    pb_worker_start start;
    if (pb_settle(&standing) < 0) return 1;
    int served = pb_zygote_serve(3, &standing, &start);
    return served == 1 ? run_trial_worker(context, &start) : -served;
}

static int collect(pid_t pid, int pidfd, pb_exit *end) {
    struct pollfd waiting = {pidfd, POLLIN, 0};
    int ready = pidfd >= 0 ? poll(&waiting, 1, PB_PROBE_TIMEOUT_MS) : 1;
    if (ready <= 0) kill(pid, SIGKILL);
    int error = pb_wait(pid, true, end);
    if (pidfd >= 0) close(pidfd);
    return ready <= 0 ? -ETIMEDOUT : error;
}

static int run_trial(struct findings *findings, pb_probe_result *result) {
    int control[2];
    int error = pb_zygote_socket(control);
    if (error) return error;
    char *none[] = {NULL};
    pb_spawn_options options = {
        .path = "/", .arguments = none, .environment = none, .fds = &control[1], .fd_count = 1, .stderr_fd = -1, .wanted = PB_LAYERS_ALL};
    pb_spawn_result zygote;
    error = pb_spawn_body(&options, run_trial_zygote, findings, &zygote);
    close(control[1]);
    if (!error) {
        uint64_t asked_at = now_microseconds();
        pb_fork_result worker;
        error = pb_zygote_fork(control[0], NULL, 0, PB_FORK_PID_NAMESPACE, PB_PROBE_TIMEOUT_MS, &worker);
        pb_exit end = {0};
        if (!error) error = collect(worker.pid, worker.pidfd, &end);
        result->forbidden_call_signal = end.signal;
        if (findings->is_locked) {
            result->report = findings->report;
            result->open_error = findings->open_error;
            result->fork_to_locked_microseconds = (uint32_t)(findings->locked_at - asked_at);
        } else if (!error) {
            error = -ECHILD;
        }
    }
    close(control[0]);
    if (zygote.pid > 0) {
        pb_exit end;
        collect(zygote.pid, zygote.pidfd, &end);
    }
    return error;
}

int pb_probe(pb_probe_result *result) {
    memset(result, 0, sizeof *result);
    struct findings *findings = mmap(NULL, sizeof *findings, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (findings == MAP_FAILED) {
        result->error = errno;
        return -result->error;
    }
    int error = run_trial(findings, result);
    munmap(findings, sizeof *findings);
    result->error = -error;
    return error;
}
