#include "internal.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// The filter is compiled by libseccomp, which knows the numbers of each architecture, before there is an engine; and loaded with one
// system call, when libseccomp could not allocate any more. In between it is an array of BPF instructions in memory.

// Stands for the worker's own process number, which nobody knows at compile time. Above the kernel's largest pid (2^22).
#define OWN_PID_PLACEHOLDER 0x50427467u
#define INSTRUCTIONS_MAX 512

#ifndef MAP_TYPE
#define MAP_TYPE 0x0f
#endif

// Allowed with any arguments: memory, time, threads, signals to oneself, and descriptors that are open already.
// A worker reads, writes and polls its control socket, and shares a ring; nothing that could receive a descriptor (recvmsg) is here.
static const int allowed[] = {
    SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(pread64), SCMP_SYS(lseek), SCMP_SYS(close),
    SCMP_SYS(futex), SCMP_SYS(sched_yield), SCMP_SYS(madvise), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(brk),
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
    SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(getcpu),
    SCMP_SYS(getrandom), SCMP_SYS(getrusage), SCMP_SYS(sysinfo),
    SCMP_SYS(eventfd2), // the engine's watchdog thread has an event loop; a counter within the process gives no power
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigsuspend), SCMP_SYS(sigaltstack),
    SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(membarrier), SCMP_SYS(restart_syscall),
    SCMP_SYS(sched_getaffinity), SCMP_SYS(sched_getparam), SCMP_SYS(sched_getscheduler), SCMP_SYS(sched_get_priority_max),
    SCMP_SYS(sched_get_priority_min), SCMP_SYS(exit), SCMP_SYS(exit_group),
};

// Refused with an error instead of death, because the C library, ICU or the engine try them and cope.
static const struct { int call, error; } refused[] = {
    {SCMP_SYS(open), EACCES},       {SCMP_SYS(openat), EACCES},    {SCMP_SYS(stat), EACCES},
    {SCMP_SYS(lstat), EACCES},      {SCMP_SYS(fstat), EACCES},     {SCMP_SYS(newfstatat), EACCES},
    {SCMP_SYS(statx), EACCES},      {SCMP_SYS(statfs), EACCES},    {SCMP_SYS(access), EACCES},
    {SCMP_SYS(faccessat), EACCES},  {SCMP_SYS(faccessat2), EACCES}, {SCMP_SYS(readlink), EACCES},
    {SCMP_SYS(readlinkat), EACCES}, {SCMP_SYS(getcwd), EACCES},    {SCMP_SYS(ioctl), ENOTTY},
    {SCMP_SYS(fcntl), EPERM},       {SCMP_SYS(uname), EPERM},      {SCMP_SYS(setpriority), EPERM},
    {SCMP_SYS(sched_setscheduler), EPERM}, // the engine asks for ordinary scheduling of its helpers; nobody else gets to ask
    {SCMP_SYS(sched_setparam), EPERM}, {SCMP_SYS(sched_setattr), EPERM}, {SCMP_SYS(sched_setaffinity), EPERM},
    {SCMP_SYS(clone3), ENOSYS}, // its flags are in memory, out of a filter's sight; the C library falls back to clone
};

// The flags of pthread_create, exactly; both orders of bits are the same number. Anything else would be a process or a namespace.
#define THREAD_FLAGS                                                                                                                    \
    (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID               \
        | CLONE_CHILD_CLEARTID)

#define LOW32 0xffffffffull

static int add_conditional(scmp_filter_ctx filter) {
    // Memory: private and anonymous only, so that RLIMIT_DATA counts it (shared, growing and huge mappings would escape), never executable.
    uint64_t kind = MAP_TYPE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_HUGETLB | MAP_LOCKED;
    int error = seccomp_rule_add(
        filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
        SCMP_A3(SCMP_CMP_MASKED_EQ, kind, MAP_PRIVATE | MAP_ANONYMOUS));
    if (!error) error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(mmap), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC));
    uint64_t plain = LOW32 & ~(uint64_t)(PROT_READ | PROT_WRITE);
    if (!error) error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, plain, 0));
    if (!error)
        error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(mprotect), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC));
    // Signals to our own threads: the collector stops them, abort() ends them.
    if (!error) error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, LOW32, OWN_PID_PLACEHOLDER));
    if (!error) error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_EQ, THREAD_FLAGS, 0));
    // Thread names may be set, anything else about the process not.
    if (!error) error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1, SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME, 0));
    if (!error) error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(prctl), 1, SCMP_A0(SCMP_CMP_NE, PR_SET_NAME, 0));
    // Own limits may be read (pid 0, no new limit), not set.
    if (!error)
        error = seccomp_rule_add(
            filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 2, SCMP_A0(SCMP_CMP_MASKED_EQ, LOW32, 0), SCMP_A2(SCMP_CMP_EQ, 0, 0));
    if (!error) error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(prlimit64), 1, SCMP_A2(SCMP_CMP_NE, 0, 0));
    return error;
}

static int build(scmp_filter_ctx filter) {
    int error = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    if (!error) error = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2); // a binary tree over the numbers: about 12 steps for any call
    for (size_t i = 0; !error && i < sizeof allowed / sizeof *allowed; i++) error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
    for (size_t i = 0; !error && i < sizeof refused / sizeof *refused; i++)
        error = seccomp_rule_add(filter, SCMP_ACT_ERRNO((uint32_t)refused[i].error), refused[i].call, 0);
    return error ? error : add_conditional(filter);
}

static struct {
    uint32_t length; // 0 until prepared
    uint32_t own_pid_at[4];
    uint32_t own_pid_count;
    struct sock_filter code[INSTRUCTIONS_MAX];
} program;

static int export_program(scmp_filter_ctx filter) {
    int fd = memfd_create("patchbay-filter", MFD_CLOEXEC); // libseccomp 2.5 exports to descriptors only
    if (fd < 0) return -errno;
    int error = seccomp_export_bpf(filter, fd);
    ssize_t length = error ? 0 : pread(fd, program.code, sizeof program.code, 0);
    if (!error && length < 0) error = -errno;
    char more;
    if (!error && pread(fd, &more, 1, (off_t)sizeof program.code) > 0) error = -E2BIG;
    close(fd);
    if (error) return error;
    if (length == 0 || length % (ssize_t)sizeof(struct sock_filter)) return -EINVAL;
    uint32_t count = (uint32_t)length / sizeof(struct sock_filter);
    program.own_pid_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (program.code[i].k != OWN_PID_PLACEHOLDER) continue;
        // libseccomp may write an equality either way round, but always as one jump on the constant.
        if (program.code[i].code != (BPF_JMP | BPF_JEQ | BPF_K) || program.own_pid_count == 4) return -EINVAL;
        program.own_pid_at[program.own_pid_count++] = i;
    }
    if (program.own_pid_count == 0) return -EINVAL;
    program.length = count;
    return (int)count;
}

int pb_seccomp_prepare(void) {
    if (program.length) return (int)program.length;
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (!filter) return -ENOSYS;
    int result = build(filter);
    if (!result) result = export_program(filter);
    seccomp_release(filter);
    return result;
}

static void patch_own_pid(uint32_t pid) {
    for (uint32_t i = 0; i < program.own_pid_count; i++) program.code[program.own_pid_at[i]].k = pid;
}

int pb_seccomp_load(void) {
    int prepared = pb_seccomp_prepare();
    if (prepared < 0) return prepared;
    patch_own_pid((uint32_t)getpid());
    struct sock_fprog filter = {(unsigned short)program.length, program.code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return -errno;
    // Positive: the number of a thread that could not be brought along.
    long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter);
    return result < 0 ? -errno : result > 0 ? -EAGAIN : 0;
}

// MARK: Trying the filter without dying of it

// Runs the part of classic BPF that libseccomp emits. Anything else answers 0xffffffff.
static uint32_t run(const struct seccomp_data *data, int own_pid, uint32_t *steps) {
    *steps = 0;
    if (pb_seccomp_prepare() < 0) return UINT32_MAX;
    uint32_t a = 0;
    for (uint32_t at = 0; at < program.length; at++) {
        struct sock_filter in = program.code[at];
        for (uint32_t i = 0; i < program.own_pid_count; i++) {
            if (program.own_pid_at[i] == at) in.k = (uint32_t)own_pid;
        }
        ++*steps;
        switch (in.code) {
            case BPF_LD | BPF_W | BPF_ABS:
                if (in.k % 4 || in.k > sizeof *data - 4) return UINT32_MAX;
                memcpy(&a, (const char *)data + in.k, 4);
                break;
            case BPF_ALU | BPF_AND | BPF_K: a &= in.k; break;
            case BPF_JMP | BPF_JA: at += in.k; break;
            case BPF_JMP | BPF_JEQ | BPF_K: at += a == in.k ? in.jt : in.jf; break;
            case BPF_JMP | BPF_JGT | BPF_K: at += a > in.k ? in.jt : in.jf; break;
            case BPF_JMP | BPF_JGE | BPF_K: at += a >= in.k ? in.jt : in.jf; break;
            case BPF_RET | BPF_K: return in.k;
            default: return UINT32_MAX;
        }
    }
    return UINT32_MAX;
}

static struct seccomp_data describe(uint32_t architecture, int number, const uint64_t *arguments) {
    struct seccomp_data data = {.nr = number, .arch = architecture};
    memcpy(data.args, arguments, sizeof data.args);
    return data;
}

uint32_t pb_seccomp_decide(uint32_t architecture, int number, const uint64_t *arguments, int own_pid) {
    struct seccomp_data data = describe(architecture, number, arguments);
    uint32_t steps;
    return run(&data, own_pid, &steps);
}

uint32_t pb_seccomp_cost(uint32_t architecture, int number, const uint64_t *arguments, int own_pid) {
    struct seccomp_data data = describe(architecture, number, arguments);
    uint32_t steps;
    return run(&data, own_pid, &steps) == UINT32_MAX ? 0 : steps;
}

uint32_t pb_seccomp_native_architecture(void) {
    return seccomp_arch_native();
}
