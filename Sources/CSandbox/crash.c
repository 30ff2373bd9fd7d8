#include "internal.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

// Room for our handler and for one it chains to.
#define STACK_BYTES (64 * 1024)

static const int signals[] = {SIGABRT, SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV};
#define SIGNAL_COUNT (sizeof signals / sizeof *signals)

static volatile pb_crash_note *note;
static int note_statm_fd = -1;
static struct sigaction before[NSIG];

static void write_note(int signal, const siginfo_t *info) {
    volatile pb_crash_note *target = note;
    if (!target) return;
    uint64_t data = 0, resident = 0;
    if (note_statm_fd >= 0) pb_statm_read(note_statm_fd, &data, &resident);
    target->code = info ? info->si_code : 0;
    target->address = info && (signal == SIGSEGV || signal == SIGBUS) && info->si_code > 0 ? (uint64_t)(uintptr_t)info->si_addr : 0;
    target->data_bytes = data;
    target->resident_bytes = resident;
    atomic_thread_fence(memory_order_seq_cst);
    target->signal = (uint32_t)signal;
}

static void handle(int signal, siginfo_t *info, void *context) {
    int saved = errno;
    write_note(signal, info);
    const struct sigaction *old = &before[signal];
    if (old->sa_flags & SA_SIGINFO ? old->sa_sigaction != NULL : old->sa_handler != SIG_DFL && old->sa_handler != SIG_IGN) {
        if (old->sa_flags & SA_SIGINFO) old->sa_sigaction(signal, info, context);
        else old->sa_handler(signal);
        struct sigaction now;
        if (sigaction(signal, NULL, &now) == 0 && (now.sa_flags & SA_SIGINFO) && now.sa_sigaction == handle) {
            // It returned and left us in place: it has dealt with the fault. Otherwise it has put the default back and lets it strike again.
            if (note) note->signal = 0;
            errno = saved;
            return;
        }
        if (info->si_code > 0 && signal != SIGTRAP) return;
    }
    struct sigaction standard;
    memset(&standard, 0, sizeof standard);
    standard.sa_handler = SIG_DFL;
    sigaction(signal, &standard, NULL);
    // A fault strikes again at the same instruction and then kills, also where signals to oneself are ignored (process 1 of a pid
    // namespace). Not so SIGTRAP, whose instruction is behind us.
    if (info->si_code > 0 && signal != SIGTRAP) return;
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, signal);
    sigprocmask(SIG_UNBLOCK, &only, NULL); // the raw mask of this thread; pthread_sigmask is the same call
    syscall(SYS_tgkill, getpid(), (int)syscall(SYS_gettid), signal);
    _exit(128 + signal);
}

void pb_crash_note_refresh(void) {
    if (!note) return;
    struct rlimit limit;
    note->data_limit_bytes = getrlimit(RLIMIT_DATA, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY ? limit.rlim_cur : UINT64_MAX;
}

int pb_crash_note_install(volatile pb_crash_note *shared, int statm_fd) {
    // A stack of its own for the thread: running out of stack is one of the crashes to tell about. Unmapped never.
    void *stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack == MAP_FAILED) return -errno;
    stack_t alternate = {.ss_sp = stack, .ss_size = STACK_BYTES};
    if (sigaltstack(&alternate, NULL) < 0) {
        int error = -errno;
        munmap(stack, STACK_BYTES);
        return error;
    }
    if (note == shared) return 0; // another thread's turn: the handlers are there
    note_statm_fd = statm_fd;
    note = shared;
    pb_crash_note_refresh();
    for (size_t i = 0; i < SIGNAL_COUNT; i++) {
        struct sigaction ours;
        memset(&ours, 0, sizeof ours);
        ours.sa_sigaction = handle;
        ours.sa_flags = SA_SIGINFO | SA_ONSTACK;
        if (sigaction(signals[i], &ours, &before[signals[i]]) < 0) return -errno;
    }
    return 0;
}
