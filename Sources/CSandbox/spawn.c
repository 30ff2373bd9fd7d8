#include "internal.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// Descriptors are parked from here up while 0 ... 3 + PB_PASSED_FDS_MAX are being filled.
#define PARKED_FROM (3 + PB_PASSED_FDS_MAX + 2)

// What pb_spawn itself can apply; the pid namespace is a matter of each fork.
#define SPAWN_LAYERS                                                                                                                     \
    (1u << PB_LAYER_USER_NAMESPACE | 1u << PB_LAYER_MOUNT_NAMESPACE | 1u << PB_LAYER_NETWORK_NAMESPACE | 1u << PB_LAYER_IPC_NAMESPACE     \
        | 1u << PB_LAYER_UTS_NAMESPACE | 1u << PB_LAYER_IDENTITY)

enum message_kind { MAPS_WANTED = 1, MAPS_WRITTEN, MAPS_REFUSED, STANDING, FAILED };

enum step { STEP_NONE, STEP_PARENT, STEP_DESCRIPTORS, STEP_MAPS, STEP_EXEC };
static const char *const step_names[] = {NULL, "parent death", "descriptors", "user namespace maps", "exec"};

struct message {
    uint32_t kind;
    uint32_t step;
    int32_t error;
    uint32_t identity;
    struct pb_standing_note note;
};

// Everything the child needs, prepared before the fork: the child may not allocate.
struct plan {
    const pb_spawn_options *options;
    char **environment;
    char *standing_text;
    pid_t hub;
    bool is_root;
    uint32_t wanted;
    int null_fd;
    int sync_fd;
    int (*body)(void *); // instead of exec, for tests
    void *context;
};

// MARK: The child. Only async-signal-safe calls from here to exec.

static void reset_signals(void) {
    // Raw, because the C library refuses to touch the two signals it keeps for itself, and an ignored one would survive exec. All zero is
    // the default action, no flags, an empty mask.
    const unsigned long standard[4] = {0};
    for (int signal = 1; signal < NSIG; signal++) syscall(SYS_rt_sigaction, signal, standard, NULL, sizeof(unsigned long));
    const unsigned long none = 0;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, sizeof none);
}

static void tell(int sync_fd, struct message message) {
    while (send(sync_fd, &message, sizeof message, MSG_NOSIGNAL) < 0 && errno == EINTR) {}
}

static _Noreturn void give_up(int sync_fd, enum step step, int error) {
    tell(sync_fd, (struct message){.kind = FAILED, .step = step, .error = error < 0 ? -error : error});
    _exit(127);
}

// Asks the hub to write this process's user and group maps, and takes the identity that came of it.
static int ask_for_maps(int sync_fd, uint32_t *identity) {
    tell(sync_fd, (struct message){.kind = MAPS_WANTED});
    struct message answer = {0};
    ssize_t length;
    do {
        length = recv(sync_fd, &answer, sizeof answer, 0);
    } while (length < 0 && errno == EINTR);
    if (length != sizeof answer) return -EPIPE;
    if (answer.kind != MAPS_WRITTEN) return answer.error ? -answer.error : -EPERM;
    *identity = answer.identity;
    return 0;
}

static void enter_namespaces(const struct plan *plan, struct pb_standing_note *note) {
    for (int i = 0; i < PB_NAMESPACE_COUNT; i++) {
        const struct pb_namespace *space = &pb_namespaces[i];
        if (!(plan->wanted & pb_layer_bit(space->layer))) continue;
        if (unshare(space->clone_flag) < 0) {
            note->errors[space->layer] = (uint32_t)errno;
            continue;
        }
        if (space->layer == PB_LAYER_USER_NAMESPACE) {
            int error = ask_for_maps(plan->sync_fd, &note->identity);
            // Without a map we are stuck as an unknown user: the hub starts over without a user namespace.
            if (error) give_up(plan->sync_fd, STEP_MAPS, error);
        }
        note->active |= pb_layer_bit(space->layer);
    }
}

static int arrange_descriptors(struct plan *plan) {
    const pb_spawn_options *options = plan->options;
    int parked[PB_PASSED_FDS_MAX];
    for (uint32_t i = 0; i < options->fd_count; i++) {
        parked[i] = fcntl(options->fds[i], F_DUPFD, PARKED_FROM);
        if (parked[i] < 0) return -errno;
    }
    int null_fd = fcntl(plan->null_fd, F_DUPFD, PARKED_FROM);
    int error_fd = fcntl(options->stderr_fd >= 0 ? options->stderr_fd : plan->null_fd, F_DUPFD, PARKED_FROM);
    int sync_fd = fcntl(plan->sync_fd, F_DUPFD, PARKED_FROM);
    if (null_fd < 0 || error_fd < 0 || sync_fd < 0) return -errno;
    if (dup2(null_fd, 0) < 0 || dup2(null_fd, 1) < 0 || dup2(error_fd, 2) < 0) return -errno;
    for (uint32_t i = 0; i < options->fd_count; i++) {
        if (dup2(parked[i], 3 + (int)i) < 0) return -errno;
    }
    // The last one tells the hub how exec went: it closes by itself when exec succeeds.
    plan->sync_fd = 3 + (int)options->fd_count;
    if (dup3(sync_fd, plan->sync_fd, O_CLOEXEC) < 0) return -errno;
    return pb_close_from((unsigned)plan->sync_fd + 1);
}

static _Noreturn void run_child(struct plan *plan) {
    struct pb_standing_note note = {.wanted = plan->wanted, .parent = (uint32_t)plan->hub};
    int error = pb_parent_death_arm(plan->hub);
    if (error) give_up(plan->sync_fd, STEP_PARENT, error);
    setsid();
    umask(077);
    if (chdir("/") < 0) give_up(plan->sync_fd, STEP_DESCRIPTORS, errno);
    struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);

    bool becomes_nobody = plan->is_root && (plan->wanted & pb_layer_bit(PB_LAYER_IDENTITY));
    if (becomes_nobody) {
        // Now or never: in a user namespace setgroups is denied. Raw, because the C library's version signals threads that exist only
        // in the hub. Exec still works: the files belong to root, and so do we until pb_settle.
        syscall(SYS_setgroups, 0, NULL);
        note.identity = PB_IDENTITY_DROP;
    }
    enter_namespaces(plan, &note);
    if (becomes_nobody && note.identity == PB_IDENTITY_MAPPED_SELF) note.errors[PB_LAYER_IDENTITY] = EPERM;
    if (note.identity == PB_IDENTITY_MAPPED_NOBODY) {
        // We still are the machine's root, unknown in the new namespace; exec takes all capabilities from an unknown user.
        error = pb_capabilities_raise_ambient();
        if (error) give_up(plan->sync_fd, STEP_MAPS, error);
    }
    // Entering namespaces changes credentials, which may have cleared the death signal.
    error = pb_parent_death_arm(plan->hub);
    if (error) give_up(plan->sync_fd, STEP_PARENT, error);
    note.active |= pb_layer_bit(PB_LAYER_PARENT_DEATH);

    pb_standing_write(&note, plan->standing_text);
    error = arrange_descriptors(plan);
    if (error) give_up(plan->sync_fd, STEP_DESCRIPTORS, error);
    tell(plan->sync_fd, (struct message){.kind = STANDING, .note = note});
    reset_signals();
    if (plan->body) {
        close(plan->sync_fd);
        environ = plan->environment;
        _exit(plan->body(plan->context));
    }
    execve(plan->options->path, plan->options->arguments, plan->environment);
    give_up(plan->sync_fd, STEP_EXEC, errno);
}

// MARK: The hub

// Decimal digits of a number; answers how many.
static size_t decimal(char *out, unsigned long value) {
    char digits[24];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    for (size_t i = 0; i < count; i++) out[i] = digits[count - 1 - i];
    out[count] = 0;
    return count;
}

static int write_map(pid_t pid, const char *file, unsigned long outside) {
    char path[64] = "/proc/";
    size_t length = strlen(path);
    length += decimal(path + length, (unsigned long)pid);
    strcpy(path + length, file);
    char line[64] = "0 ";
    length = 2 + decimal(line + 2, outside);
    strcpy(line + length, " 1\n");
    return pb_write_file(path, line);
}

static int write_maps(pid_t pid, unsigned long user, unsigned long group) {
    char path[64] = "/proc/";
    size_t length = strlen(path);
    length += decimal(path + length, (unsigned long)pid);
    strcpy(path + length, "/setgroups");
    int error = pb_write_file(path, "deny");
    if (!error) error = write_map(pid, "/gid_map", group);
    if (!error) error = write_map(pid, "/uid_map", user);
    return error;
}

static struct message answer_maps(pid_t child, const struct plan *plan) {
    struct message answer = {.kind = MAPS_WRITTEN, .identity = PB_IDENTITY_MAPPED_SELF};
    int error = -EPERM;
    if (plan->is_root && (plan->wanted & pb_layer_bit(PB_LAYER_IDENTITY))) {
        answer.identity = PB_IDENTITY_MAPPED_NOBODY;
        error = write_maps(child, PB_NOBODY, PB_NOBODY);
    }
    if (error) {
        // An ordinary user's hub; or root of a container whose own map lacks nobody.
        answer.identity = PB_IDENTITY_MAPPED_SELF;
        error = write_maps(child, geteuid(), getegid());
    }
    if (error) answer = (struct message){.kind = MAPS_REFUSED, .error = -error};
    return answer;
}

static int64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

// Follows the child until exec has happened (end of file) or failed.
static int follow_child(pid_t child, int sync_fd, const struct plan *plan, pb_spawn_result *result, bool *maps_failed) {
    int64_t deadline = now_ms() + PB_SPAWN_TIMEOUT_MS;
    bool has_standing = false;
    for (;;) {
        int64_t left = deadline - now_ms();
        if (left <= 0) return -ETIMEDOUT;
        struct pollfd waiting = {sync_fd, POLLIN, 0};
        int ready = poll(&waiting, 1, (int)left);
        if (ready < 0 && errno == EINTR) continue;
        if (ready < 0) return -errno;
        if (ready == 0) return -ETIMEDOUT;
        struct message message = {0};
        ssize_t length = recv(sync_fd, &message, sizeof message, 0);
        if (length < 0 && errno == EINTR) continue;
        if (length < 0) return -errno;
        if (length == 0) return has_standing ? 0 : -ECHILD; // closed by exec, or by a death on the way
        if (length != sizeof message) return -EPROTO;
        switch (message.kind) {
            case MAPS_WANTED:
                tell(sync_fd, answer_maps(child, plan));
                break;
            case STANDING:
                has_standing = true;
                for (uint32_t layer = 0; layer < 8; layer++) {
                    if (!(message.note.wanted & 1u << layer) || layer == PB_LAYER_IDENTITY) continue;
                    pb_report_set(&result->report, (pb_layer)layer, message.note.active & 1u << layer ? 0 : (int)message.note.errors[layer]);
                }
                pb_report_set(&result->report, PB_LAYER_PARENT_DEATH, 0);
                break;
            case FAILED:
                *maps_failed = message.step == STEP_MAPS;
                result->step = message.step <= STEP_EXEC ? step_names[message.step] : "unknown";
                return message.error ? -message.error : -EIO;
            default:
                return -EPROTO;
        }
    }
}

static int spawn_once(struct plan *plan, pb_spawn_result *result, bool *maps_failed) {
    int sync_fds[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sync_fds) < 0) {
        result->step = "socketpair";
        return -errno;
    }
    plan->sync_fd = sync_fds[1];
    // No handler of the hub may run in the child: it would find the hub's memory and none of its threads.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    // A raw clone rather than fork(): no fork handlers, no waiting for other threads' locks. The child makes raw calls only. A body may
    // allocate, and needs the C library's fork, which leaves its locks free.
    pid_t child = plan->body ? fork() : (pid_t)syscall(SYS_clone, (unsigned long)SIGCHLD, NULL, NULL, NULL, NULL);
    if (child == 0) {
        close(sync_fds[0]);
        run_child(plan);
    }
    int error = child < 0 ? -errno : 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(sync_fds[1]);
    if (error) {
        result->step = "fork";
    } else {
        error = follow_child(child, sync_fds[0], plan, result, maps_failed);
        if (error) {
            if (!result->step) result->step = "start";
            kill(child, SIGKILL);
            pb_exit ignored;
            pb_wait(child, true, &ignored);
        } else {
            result->pid = child;
            int pidfd = pb_pidfd_open(child);
            result->pidfd = pidfd < 0 ? -1 : pidfd;
        }
    }
    close(sync_fds[0]);
    return error;
}

static int check(const pb_spawn_options *options, pb_spawn_result *result) {
    result->step = "options";
    if (options->path[0] != '/') return -EINVAL;
    if (options->fd_count > PB_PASSED_FDS_MAX || (options->fd_count > 0 && !options->fds)) return -EINVAL;
    for (uint32_t i = 0; i < options->fd_count; i++) {
        if (fcntl(options->fds[i], F_GETFD) < 0) return -EBADF;
    }
    result->step = NULL;
    return 0;
}

// The caller's environment plus the standing; the text's place is where the child writes.
static char **extend_environment(char *const *environment, char **standing_text) {
    size_t count = 0;
    while (environment[count]) count++;
    char **extended = malloc((count + 2) * sizeof(char *) + PB_STANDING_TEXT_BYTES);
    if (!extended) return NULL;
    memcpy(extended, environment, count * sizeof(char *));
    *standing_text = (char *)(extended + count + 2);
    (*standing_text)[0] = 0;
    extended[count] = *standing_text;
    extended[count + 1] = NULL;
    return extended;
}

int pb_spawn(const pb_spawn_options *options, pb_spawn_result *result) {
    return pb_spawn_body(options, NULL, NULL, result);
}

int pb_spawn_body(const pb_spawn_options *options, int (*body)(void *), void *context, pb_spawn_result *result) {
    memset(result, 0, sizeof *result);
    result->pidfd = -1;
    int error = check(options, result);
    if (error) goto done;

    struct plan plan = {
        .options = options,
        .hub = getpid(),
        .is_root = geteuid() == 0,
        .wanted = options->wanted & SPAWN_LAYERS,
        .null_fd = open("/dev/null", O_RDWR | O_CLOEXEC),
        .body = body,
        .context = context,
    };
    if (plan.null_fd < 0) {
        error = -errno;
        result->step = "/dev/null";
        goto done;
    }
    plan.environment = extend_environment(options->environment, &plan.standing_text);
    if (!plan.environment) {
        error = -ENOMEM;
        result->step = "environment";
    } else {
        bool maps_failed = false;
        error = spawn_once(&plan, result, &maps_failed);
        if (error && maps_failed) {
            // The kernel gives user namespaces but no maps (/proc not mounted, or a policy against it): go without.
            int map_error = error;
            memset(result, 0, sizeof *result);
            result->pidfd = -1;
            plan.wanted &= ~pb_layer_bit(PB_LAYER_USER_NAMESPACE);
            error = spawn_once(&plan, result, &maps_failed);
            if (!error) pb_report_set(&result->report, PB_LAYER_USER_NAMESPACE, map_error);
        }
        free(plan.environment);
    }
    close(plan.null_fd);
done:
    result->error = -error;
    return error;
}
