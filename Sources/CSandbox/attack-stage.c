#include "attacks.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

void *pb_stage_share(size_t bytes) {
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

// MARK: The worker

static void *attack_thread(void *context) {
    struct play *play = context;
    if (play->setup->deaf_thread) {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, NULL);
        atomic_store(&play->is_deaf, 1);
    }
    while (!atomic_load(&play->curtain)) syscall(SYS_futex, &play->curtain, 0 /* FUTEX_WAIT */, 0, NULL, NULL, 0);
    if (play->setup->crash_note) pb_crash_note_install(&play->stage->note, -1); // a stack for this thread
    pb_attack_perform(play->attack, play->stage, &play->main_thread);
    return NULL;
}

static int run_worker(struct play *play, pb_worker_start *start) {
    const pb_attack_setup *setup = play->setup;
    struct pb_stage *stage = play->stage;
    play->main_thread = pthread_self();
    pthread_t thread;
    if (setup->other_thread && pthread_create(&thread, NULL, attack_thread, play) != 0) return 90;
    while (setup->deaf_thread && !atomic_load(&play->is_deaf)) sched_yield();
    pb_attack_prepare_fault(play->attack);
    if (setup->crash_note && pb_crash_note_install(&stage->note, start->standing.statm_fd) < 0) return 91;

    pb_lockdown_options options = pb_lockdown_defaults();
    options.wanted = setup->lockdown_layers;
    options.required = setup->required_layers;
    options.data_budget_bytes = setup->data_budget_bytes;
    pb_report report;
    stage->result.lockdown = pb_lockdown(&options, &start->standing, &report);
    stage->result.report = report;
    if (stage->result.lockdown < 0) return 0;
    stage->result.began = true;
    if (setup->other_thread) {
        atomic_store(&play->curtain, 1);
        syscall(SYS_futex, &play->curtain, 1 /* FUTEX_WAKE */, 1, NULL, NULL, 0);
        pthread_join(thread, NULL);
    } else {
        pb_attack_perform(play->attack, stage, &play->main_thread);
    }
    return 0;
}

int pb_stage_run_zygote(void *context) {
    struct play *play = context;
    pb_standing standing;
    pb_worker_start start;
    if (pb_settle(&standing) < 0) return 80;
    int served = pb_zygote_serve(3, &standing, &start);
    return served == 1 ? run_worker(play, &start) : served == 0 ? 0 : 81;
}

int pb_attack_zygote(int control_fd, pb_attack attack, const pb_attack_setup *setup, pb_spawn_result *result) {
    struct pb_stage *stage = pb_stage_share(sizeof *stage); // stays for the life of the test process: a page
    if (!stage) return -ENOMEM;
    struct play play = {.attack = attack, .setup = setup, .stage = stage};
    char *none[] = {NULL};
    pb_spawn_options options = {
        .path = "/", .arguments = none, .environment = none, .fds = &control_fd, .fd_count = 1, .stderr_fd = 2, .wanted = setup->spawn_layers};
    return pb_spawn_body(&options, pb_stage_run_zygote, &play, result);
}

// MARK: The hub and its surroundings

// Refuses what the default profiles of container engines refuse.
static int behave_like_container(void) {
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (!filter) return -ENOMEM;
    int error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(unshare), 0);
    if (!error) error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(mount), 0);
    static const uint64_t spaces[] = {CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNS};
    for (size_t i = 0; !error && i < 3; i++)
        error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, spaces[i], spaces[i]));
    if (!error) error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(close_range), 0);
    if (!error) error = seccomp_load(filter);
    seccomp_release(filter);
    return error;
}

// Makes this process root of a user namespace that knows no other user: a rootless container with a map of one line.
static int behave_like_rootless(void) {
    char user[32], group[32];
    snprintf(user, sizeof user, "0 %u 1\n", geteuid());
    snprintf(group, sizeof group, "0 %u 1\n", getegid());
    if (unshare(CLONE_NEWUSER) < 0) return -errno;
    int error = pb_write_file("/proc/self/setgroups", "deny");
    if (!error) error = pb_write_file("/proc/self/gid_map", group);
    if (!error) error = pb_write_file("/proc/self/uid_map", user);
    return error;
}

int pb_stage_become_ordinary(void) {
    if (geteuid() != 0) return 0;
    if (setgroups(0, NULL) < 0 || setresgid(PB_NOBODY, PB_NOBODY, PB_NOBODY) < 0 || setresuid(PB_NOBODY, PB_NOBODY, PB_NOBODY) < 0) return -errno;
    // A change of user takes /proc/self away from us; a hub started by that user would have it.
    return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0 ? -errno : 0;
}

static int listen_on_loopback(struct pb_stage *stage) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) < 0 || listen(fd, 4) < 0) return -errno;
    if (getsockname(fd, (struct sockaddr *)&address, &length) < 0) return -errno;
    stage->port = ntohs(address.sin_port);
    return 0;
}

static int listen_on_abstract(struct pb_stage *stage) {
    snprintf(stage->abstract_name, sizeof stage->abstract_name, "patchbay-test-%d", getpid());
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path + 1, stage->abstract_name, strlen(stage->abstract_name));
    socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(stage->abstract_name));
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) < 0 || listen(fd, 4) < 0) return -errno;
    return 0;
}

static int set_the_stage(struct pb_stage *stage) {
    static char readable = 'v';
    stage->hub = getpid();
    stage->victim_address = &readable;
    int error = listen_on_loopback(stage);
    if (!error) error = listen_on_abstract(stage);
    if (error) return error;
    stage->shm_key = 0x50420000 | (getpid() & 0xffff);
    int shm = shmget(stage->shm_key, 4096, IPC_CREAT | IPC_EXCL | 0666);
    if (shm < 0) return -errno;
    pid_t victim = fork();
    if (victim < 0) return -errno;
    if (victim == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;) pause();
    }
    stage->victim = victim;
    return shm;
}

static void strike_the_stage(struct pb_stage *stage, int shm) {
    pb_exit end = {0};
    // A signal that was accepted takes a moment; after one that was refused there is nothing to wait for.
    bool hit = stage->result.returned && stage->result.error == 0;
    int patience = hit && stage->attack >= PB_ATTACK_KILL_VICTIM && stage->attack <= PB_ATTACK_QUEUE_SIGNAL_VICTIM ? 2000 : 1;
    for (int waited = 0; waited < patience && end.pid == 0; waited++) {
        if (waited) usleep(1000);
        pb_wait(stage->victim, false, &end);
    }
    stage->result.victim_died = end.pid == stage->victim && end.signal == SIGKILL;
    if (end.pid == 0) {
        kill(stage->victim, SIGKILL);
        pb_wait(stage->victim, true, &end);
    }
    shmctl(shm, IPC_RMID, NULL);
}

static int wait_for_exit(int pidfd, pid_t pid, pb_exit *end) {
    struct pollfd waiting = {pidfd, POLLIN, 0};
    int ready = poll(&waiting, 1, STAGE_TIMEOUT_MS);
    if (ready <= 0) kill(pid, SIGKILL);
    int error = pb_wait(pid, true, end);
    return ready <= 0 ? -ETIMEDOUT : error;
}

static int run_hub(struct play *play) {
    const pb_attack_setup *setup = play->setup;
    struct pb_stage *stage = play->stage;
    stage->attack = play->attack;
    pb_close_from(3); // what other tests have open at this moment is not for our children
    int error = setup->ordinary_user ? pb_stage_become_ordinary() : 0;
    if (!error && setup->rootless_container) error = behave_like_rootless();
    if (!error && setup->container_like) error = behave_like_container();
    if (error) return error;
    int shm = set_the_stage(stage);
    if (shm < 0) return shm;
    int control[2], channel[2];
    if (pb_zygote_socket(control) < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel) < 0) return -errno;
    FILE *scratch = tmpfile();
    int passed[2] = {channel[1], scratch ? fileno(scratch) : -1};
    uint32_t passed_count = play->attack == PB_ATTACK_ASK_WRITE_FILE ? 2 : 1;

    char *none[] = {NULL};
    pb_spawn_options options = {
        .path = "/", .arguments = none, .environment = none, .fds = &control[1], .fd_count = 1, .stderr_fd = 2, .wanted = setup->spawn_layers};
    pb_spawn_result zygote;
    error = pb_spawn_body(&options, pb_stage_run_zygote, play, &zygote);
    if (error) return error;
    close(control[1]);
    pb_fork_result worker;
    error = pb_zygote_fork(control[0], passed, passed_count, setup->fork_flags, STAGE_TIMEOUT_MS, &worker);
    close(channel[1]);
    if (!error) {
        if (play->attack == PB_ATTACK_NOTHING) close(channel[0]);
        error = wait_for_exit(worker.pidfd, worker.pid, &stage->result.exit);
    }
    strike_the_stage(stage, shm);
    close(control[0]);
    pb_exit zygote_end;
    int zygote_error = wait_for_exit(zygote.pidfd, zygote.pid, &zygote_end);
    if (!error) error = zygote_error;
    if (!error && (zygote_end.signal || zygote_end.status)) error = -EREMOTEIO;
    return error;
}

int pb_attack_run(pb_attack attack, const pb_attack_setup *setup, pb_attack_result *result) {
    memset(result, 0, sizeof *result);
    struct pb_stage *stage = pb_stage_share(sizeof *stage);
    if (!stage) return -ENOMEM;
    int prepared = pb_seccomp_prepare(); // here, so that the hundred forks to come need not
    struct play play = {.attack = attack, .setup = setup, .stage = stage};
    pid_t hub = fork();
    if (hub == 0) _exit(-run_hub(&play) & 0xff);
    pb_exit end = {0};
    int error = hub < 0 ? -errno : pb_wait(hub, true, &end);
    if (!error) error = prepared < 0 ? prepared : end.signal ? -EINTR : -end.status;
    *result = stage->result;
    result->note = stage->note;
    munmap(stage, sizeof *stage);
    return error;
}

int pb_attack_settle(const char *standing_text, pb_report *report) {
    pb_report *shared = pb_stage_share(sizeof *shared);
    if (!shared) return -ENOMEM;
    pid_t child = fork();
    if (child == 0) {
        setenv(PB_STANDING_NAME, standing_text, 1);
        pb_standing standing;
        int error = pb_settle(&standing);
        *shared = standing.report;
        _exit(getenv(PB_STANDING_NAME) ? 255 : -error);
    }
    pb_exit end = {0};
    int error = child < 0 ? -errno : pb_wait(child, true, &end);
    *report = *shared;
    munmap(shared, sizeof *shared);
    return error ? error : -end.status;
}

int64_t pb_attack_send_raw(int control_fd, const void *bytes, size_t length, uint32_t descriptor_count) {
    if (descriptor_count > 253) return -EINVAL; // the kernel's own limit of one message
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(253 * sizeof(int))];
    } control;
    memset(&control, 0, sizeof control); // all descriptors are 0
    struct iovec io = {(void *)bytes, length};
    struct msghdr message = {.msg_iov = &io, .msg_iovlen = 1};
    if (descriptor_count) {
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(descriptor_count * sizeof(int));
        struct cmsghdr *part = CMSG_FIRSTHDR(&message);
        part->cmsg_level = SOL_SOCKET;
        part->cmsg_type = SCM_RIGHTS;
        part->cmsg_len = CMSG_LEN(descriptor_count * sizeof(int));
    }
    ssize_t sent = sendmsg(control_fd, &message, MSG_NOSIGNAL);
    return sent < 0 ? -errno : sent;
}
