// Between the attacks and the stage they are performed on.
#pragma once

#include "internal.h"
#include <pthread.h>
#include <stdatomic.h>

// How long, in milliseconds, one attack may take before its stage is cleared by force. Stacks and memory take the longest: under 1 s.
#define STAGE_TIMEOUT_MS 20000

// What a worker needs to know of the world it attacks. Shared memory between all processes of a stage.
struct pb_stage {
    pb_attack attack;
    pid_t hub;
    pid_t victim;
    int port;                // TCP, on 127.0.0.1, the hub listens
    char abstract_name[32];  // unix, the hub listens
    int shm_key;             // System V shared memory of the hub
    void *victim_address;    // a readable byte in the victim
    pb_attack_result result;
    pb_crash_note note;
};

// Performs one attack on the calling thread and fills value and error. `main_thread` is the worker's first one.
void pb_attack_perform(pb_attack attack, struct pb_stage *stage, void *main_thread);

// Installs what an engine would have installed before our crash handlers: a SIGSEGV handler that repairs or declines.
void pb_attack_prepare_fault(pb_attack attack);

struct play {
    pb_attack attack;
    const pb_attack_setup *setup;
    struct pb_stage *stage;
    pthread_t main_thread;
    _Atomic uint32_t curtain; // 1 when the lock-down is done
    _Atomic uint32_t is_deaf; // 1 when the other thread blocks signals
};

// Zeroed memory that forks share, or NULL.
void *pb_stage_share(size_t bytes);
// A zygote's life, with a struct play as its context: for pb_spawn_body.
int pb_stage_run_zygote(void *context);
// Gives up root for good; does nothing for anybody else. 0 or -errno.
int pb_stage_become_ordinary(void);
