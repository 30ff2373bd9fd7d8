#include "attacks.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

struct family_plan {
    struct play play;
    bool short_thread;
    pb_attack_family *family;
    int control[2];
    _Atomic int ready; // 1, or -errno
};

static void *spawn_zygote(void *context) {
    struct family_plan *plan = context;
    char *none[] = {NULL};
    pb_spawn_options options = {
        .path = "/", .arguments = none, .environment = none, .fds = &plan->control[1], .fd_count = 1, .stderr_fd = 2,
        .wanted = plan->play.setup->spawn_layers};
    pb_spawn_result zygote;
    int error = pb_spawn_body(&options, pb_stage_run_zygote, &plan->play, &zygote);
    plan->family->zygote = zygote.pid;
    return (void *)(intptr_t)error;
}

static void run_family_hub(struct family_plan *plan) {
    pb_close_from(3);
    int error = plan->play.setup->ordinary_user ? pb_stage_become_ordinary() : 0;
    if (!error) error = pb_zygote_socket(plan->control);
    void *spawned = NULL;
    if (!error && plan->short_thread) {
        pthread_t thread;
        error = -pthread_create(&thread, NULL, spawn_zygote, plan);
        if (!error) pthread_join(thread, &spawned);
    } else if (!error) {
        spawned = spawn_zygote(plan);
    }
    if (!error) error = (int)(intptr_t)spawned;
    int channel[2];
    if (!error && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel) < 0) error = -errno;
    pb_fork_result worker = {0};
    if (!error && !plan->short_thread) {
        error = pb_zygote_fork(plan->control[0], &channel[1], 1, 0, STAGE_TIMEOUT_MS, &worker);
        plan->family->worker = worker.pid;
        if (!error) error = pb_zygote_fork(plan->control[0], &channel[1], 1, PB_FORK_PID_NAMESPACE, STAGE_TIMEOUT_MS, &worker);
        plan->family->namespaced_worker = worker.pid;
    }
    atomic_store(&plan->ready, error ? error : 1);
    // Both ends stay open, so that nobody leaves by end of file: what ends them is the death of this process.
    for (;;) pause();
}

int pb_attack_family_start(const pb_attack_setup *setup, bool short_thread, pb_attack_family *family) {
    struct family_plan *plan = pb_stage_share(sizeof *plan);
    pb_attack_family *shared = pb_stage_share(sizeof *shared);
    struct pb_stage *stage = pb_stage_share(sizeof *stage);
    if (!plan || !shared || !stage) return -ENOMEM;
    plan->play = (struct play){.attack = PB_ATTACK_NOTHING, .setup = setup, .stage = stage};
    plan->short_thread = short_thread;
    plan->family = shared;
    pid_t hub = fork();
    if (hub < 0) return -errno;
    if (hub == 0) {
        run_family_hub(plan);
        _exit(0);
    }
    for (int waited = 0; waited < STAGE_TIMEOUT_MS && atomic_load(&plan->ready) == 0; waited++) usleep(1000);
    int state = atomic_load(&plan->ready);
    *family = *shared;
    family->hub = hub;
    munmap(stage, sizeof *stage);
    munmap(shared, sizeof *shared);
    munmap(plan, sizeof *plan);
    return state == 1 ? 0 : state == 0 ? -ETIMEDOUT : state;
}
