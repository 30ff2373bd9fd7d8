#include "internal.h"

#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

pb_lockdown_options pb_lockdown_defaults(void) {
    pb_lockdown_options options = {
        .wanted = PB_LAYERS_ALL,
        .required = pb_layer_bit(PB_LAYER_LIMITS) | pb_layer_bit(PB_LAYER_NO_NEW_PRIVILEGES) | pb_layer_bit(PB_LAYER_LANDLOCK)
            | pb_layer_bit(PB_LAYER_SECCOMP) | pb_layer_bit(PB_LAYER_PARENT_DEATH),
        .open_files_max = 16,
    };
    return options;
}

// What each thread does to itself; the choices come from here because a signal handler takes no arguments.
static struct {
    bool no_new_privileges, capabilities, landlock;
    int ruleset_fd;
} duties;

static int confine_thread(void) {
    if (duties.no_new_privileges && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return -errno;
    if (duties.capabilities) {
        int error = pb_capabilities_drop_all();
        if (error) return error;
    }
    return duties.landlock ? pb_landlock_restrict(duties.ruleset_fd) : 0;
}

static int enter_empty_root(pb_standing *standing) {
    if (standing->empty_root_fd < 0) return -EPERM;
    if (fchdir(standing->empty_root_fd) < 0 || chroot(".") < 0) return -errno;
    close(standing->empty_root_fd);
    standing->empty_root_fd = -1;
    return 0;
}

// no_new_privs, capabilities and Landlock, for this thread and then for all others.
static void confine_threads(uint32_t wanted, int task_fd, int task_error, pb_report *report) {
    int abi = 0;
    int ruleset = wanted & pb_layer_bit(PB_LAYER_LANDLOCK) ? pb_landlock_ruleset(&abi) : -ENOSYS;
    duties.no_new_privileges = wanted & (pb_layer_bit(PB_LAYER_NO_NEW_PRIVILEGES) | pb_layer_bit(PB_LAYER_LANDLOCK) | pb_layer_bit(PB_LAYER_SECCOMP));
    duties.capabilities = wanted & pb_layer_bit(PB_LAYER_CAPABILITIES);
    duties.landlock = ruleset >= 0;
    duties.ruleset_fd = ruleset;

    int error = 0;
    if (duties.no_new_privileges || duties.capabilities || duties.landlock) {
        // The others first: they are found through /proc, which Landlock closes to this thread.
        int others = task_fd < 0 ? task_error : pb_threads_run(task_fd, confine_thread);
        int own = confine_thread();
        if (others < 0) error = others;
        else if (own < 0) error = own;
        else report->threads_confined = 1 + others;
    }
    if (wanted & pb_layer_bit(PB_LAYER_NO_NEW_PRIVILEGES)) pb_report_set(report, PB_LAYER_NO_NEW_PRIVILEGES, error);
    if (wanted & pb_layer_bit(PB_LAYER_CAPABILITIES)) pb_report_set(report, PB_LAYER_CAPABILITIES, error);
    if (wanted & pb_layer_bit(PB_LAYER_LANDLOCK)) {
        pb_report_set(report, PB_LAYER_LANDLOCK, ruleset < 0 ? ruleset : error);
        if (ruleset >= 0 && !error) report->landlock_abi = abi;
    }
    if (ruleset >= 0) close(ruleset);
}

int pb_lockdown(const pb_lockdown_options *options, pb_standing *standing, pb_report *report) {
    uint32_t wanted = options->wanted;
    *report = standing->report;
    pb_statm_open(standing);
    int task_fd = open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int task_error = task_fd < 0 ? -errno : 0;

    int limits = 0;
    bool wants_limits = wanted & pb_layer_bit(PB_LAYER_LIMITS);
    if (wants_limits) limits = pb_limits_apply(options, standing->statm_fd);
    if (wanted & pb_layer_bit(PB_LAYER_EMPTY_ROOT)) pb_report_set(report, PB_LAYER_EMPTY_ROOT, enter_empty_root(standing));
    if (wanted & (pb_layer_bit(PB_LAYER_CAPABILITIES) | pb_layer_bit(PB_LAYER_NO_NEW_PRIVILEGES))) {
        // No core file through a pipe helper (those ignore the core limit), and no ptrace by others of the same user.
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    }
    confine_threads(wanted, task_fd, task_error, report);
    if (task_fd >= 0) close(task_fd);
    if (standing->parent_pidfd >= 0) close(standing->parent_pidfd);
    if (standing->empty_root_fd >= 0) close(standing->empty_root_fd);
    standing->parent_pidfd = standing->empty_root_fd = -1;

    if (wants_limits) {
        int open_files = pb_limits_apply_open_files(options->open_files_max);
        pb_report_set(report, PB_LAYER_LIMITS, limits ? limits : open_files);
        pb_crash_note_refresh();
    }
    if (wanted & pb_layer_bit(PB_LAYER_SECCOMP)) pb_report_set(report, PB_LAYER_SECCOMP, pb_seccomp_load());

    standing->report = *report;
    return pb_report_missing(report, options->required) && !options->allow_degraded ? -EPERM : 0;
}

pb_greeting pb_lockdown_greeting(const pb_report *report, const pb_standing *standing) {
    pb_greeting greeting = {.report = *report};
    uint64_t resident = 0;
    if (standing->statm_fd < 0 || pb_statm_read(standing->statm_fd, &greeting.data_bytes, &resident) < 0) greeting.data_bytes = 0;
    return greeting;
}
