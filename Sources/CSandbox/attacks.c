#include "attacks.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#define X32_BIT 0x40000000

static long connect_loopback(int port) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0) return -1;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    return connect(fd, (struct sockaddr *)&to, sizeof to);
}

static long connect_abstract(const char *name) {
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0) return -1;
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    memcpy(to.sun_path + 1, name, strlen(name));
    return connect(fd, (struct sockaddr *)&to, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name)));
}

static long open_hub_environment(pid_t hub) {
    char path[64] = "/proc/";
    char digits[16];
    int count = 0;
    for (pid_t rest = hub; rest; rest /= 10) digits[count++] = (char)('0' + rest % 10);
    size_t at = strlen(path);
    while (count) path[at++] = digits[--count];
    strcpy(path + at, "/environ");
    return open(path, O_RDONLY);
}

// A child that ends at once and is collected, so that a fork that works leaves nothing behind.
static long finish_child(long pid) {
    if (pid == 0) _exit(0);
    if (pid > 0) waitpid((pid_t)pid, NULL, __WALL);
    return pid;
}

static long exec_memfd(void) {
    int source = open("/bin/true", O_RDONLY); // where that is refused, go on with an empty program
    int target = (int)syscall(SYS_memfd_create, "program", 0u);
    if (target < 0) return -1;
    char buffer[4096];
    for (ssize_t got; source >= 0 && (got = read(source, buffer, sizeof buffer)) > 0;) {
        if (write(target, buffer, (size_t)got) != got) return -1;
    }
    char *const none[] = {NULL};
    return syscall(SYS_execveat, target, "", none, none, 0x1000 /* AT_EMPTY_PATH */);
}

static long read_victim_memory(const struct pb_stage *stage) {
    char byte;
    struct iovec here = {&byte, 1}, there = {stage->victim_address, 1};
    return syscall(SYS_process_vm_readv, stage->victim, &here, 1ul, &there, 1ul, 0ul);
}

static long ptrace_victim(pid_t victim) {
    long result = ptrace(PTRACE_ATTACH, victim, NULL, NULL);
    if (result == 0) {
        waitpid(victim, NULL, __WALL);
        ptrace(PTRACE_DETACH, victim, NULL, NULL);
    }
    return result;
}

static long mmap_result(int protection, int flags) {
    void *p = mmap(NULL, 4096, protection, flags, -1, 0);
    return p == MAP_FAILED ? -1 : 0;
}

static long mprotect_executable(int number) {
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) return -1;
    return number == SYS_mprotect ? mprotect(p, 4096, PROT_READ | PROT_EXEC) : syscall(number, p, 4096ul, PROT_READ | PROT_EXEC, -1);
}

static long clone_process(unsigned long flags) {
    return finish_child(syscall(SYS_clone, flags, NULL, NULL, NULL, NULL));
}

static long clone3_process(void) {
    struct clone_args arguments = {.exit_signal = SIGCHLD};
    return finish_child(syscall(SYS_clone3, &arguments, sizeof arguments));
}

static long receive_descriptor(void) {
    char bytes[128];
    struct iovec io = {bytes, sizeof bytes};
    struct msghdr message = {.msg_iov = &io, .msg_iovlen = 1, .msg_control = bytes, .msg_controllen = sizeof bytes};
    return recvmsg(3, &message, MSG_DONTWAIT);
}

static long new_seccomp_filter(void) {
    struct sock_fprog_like { unsigned short length; void *code; } none = {0, NULL};
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0u, &none);
}

static long capset_all(void) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {{1u << CAP_SYS_CHROOT, 1u << CAP_SYS_CHROOT, 0}, {0, 0, 0}};
    return syscall(SYS_capset, &header, data);
}

static long int_80(void) {
#if defined(__x86_64__)
    long number = 20; // getpid of the 32-bit table; 64-bit 20 is writev
    __asm__ volatile("int $0x80" : "+a"(number) : : "memory");
    return number;
#else
    return raise(SIGSYS);
#endif
}

// MARK: Questions

static int64_t ask_open_files(void) {
    int64_t mask = 0;
    for (int fd = 0; fd < 64; fd++) {
        // A way to ask that the filter allows: sockets and pipes answer ESPIPE.
        if (lseek(fd, 0, SEEK_CUR) >= 0 || errno != EBADF) mask |= 1ll << fd;
    }
    return mask;
}

static _Atomic int main_thread_signalled;
static void note_signal(int signal) {
    (void)signal;
    atomic_store(&main_thread_signalled, 1);
}

static void *signal_thread(void *thread) {
    return (void *)(intptr_t)pthread_kill(*(pthread_t *)thread, SIGUSR2);
}

static int64_t ask_signal_main_thread(pthread_t *thread) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = note_signal;
    sigaction(SIGUSR2, &action, NULL);
    pthread_t helper;
    if (pthread_create(&helper, NULL, signal_thread, thread) != 0) return -1;
    void *error = NULL;
    pthread_join(helper, &error);
    for (int i = 0; i < 200 && !atomic_load(&main_thread_signalled); i++) nanosleep(&(struct timespec){0, 5000000}, NULL);
    errno = (int)(intptr_t)error;
    return atomic_load(&main_thread_signalled);
}

static void *answer_one(void *unused) {
    (void)unused;
    return (void *)1;
}

static int64_t ask_start_thread(void) {
    pthread_t thread;
    errno = pthread_create(&thread, NULL, answer_one, NULL);
    if (errno) return 0;
    void *answer = NULL;
    pthread_join(thread, &answer);
    return (int64_t)(intptr_t)answer;
}

static int64_t ask_memory(void) {
    int64_t megabytes = 0;
    for (; megabytes < 1024; megabytes++) {
        char *p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (p == MAP_FAILED) break;
        p[0] = 1;
    }
    return megabytes;
}

static int64_t ask_descriptors(void) {
    int64_t count = 0;
    while (count < 4096 && dup(0) >= 0) count++;
    return count;
}

static int64_t ask_ordinary_calls(void) {
    int64_t failures = 0;
    struct timespec t;
    char bytes[16];
    cpu_set_t cpus;
    failures += clock_gettime(CLOCK_MONOTONIC, &t) != 0;
    failures += syscall(SYS_clock_gettime, CLOCK_REALTIME, &t) != 0;
    failures += syscall(SYS_getrandom, bytes, sizeof bytes, 0) != sizeof bytes;
    failures += sched_getaffinity(0, sizeof cpus, &cpus) != 0;
    failures += sched_yield() != 0;
    char *p = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    failures += p == MAP_FAILED;
    p[0] = 1;
    failures += madvise(p, 65536, MADV_DONTNEED) != 0;
    failures += mprotect(p, 65536, PROT_NONE) != 0;
    p = mremap(p, 65536, 131072, MREMAP_MAYMOVE);
    failures += p == MAP_FAILED;
    failures += munmap(p, 131072) != 0;
    failures += prctl(PR_SET_NAME, "renamed", 0, 0, 0) != 0;
    struct rlimit limit;
    failures += getrlimit(RLIMIT_DATA, &limit) != 0;
    void *big = malloc(4 << 20);
    big = realloc(big, 16 << 20); // grows by mremap
    failures += big == NULL;
    free(big);
    failures += open("/etc/localtime", O_RDONLY) >= 0 || (errno != EACCES && errno != ENOENT);
    return failures;
}

// MARK: Deaths

static char *fault_page;

static void repair(int signal, siginfo_t *info, void *context) {
    (void)signal, (void)info, (void)context;
    mprotect(fault_page, 4096, PROT_READ | PROT_WRITE);
}

static void decline(int signal, siginfo_t *info, void *context) {
    (void)info, (void)context;
    struct sigaction standard;
    memset(&standard, 0, sizeof standard);
    standard.sa_handler = SIG_DFL;
    sigaction(signal, &standard, NULL);
}

void pb_attack_prepare_fault(pb_attack attack) {
    if (attack != PB_ATTACK_FAULT_REPAIRED && attack != PB_ATTACK_FAULT_DECLINED) return;
    fault_page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct sigaction engine;
    memset(&engine, 0, sizeof engine);
    engine.sa_sigaction = attack == PB_ATTACK_FAULT_REPAIRED ? repair : decline;
    engine.sa_flags = SA_SIGINFO;
    sigaction(SIGSEGV, &engine, NULL);
}

// Not in one's own tail: each call keeps something on the stack.
static __attribute__((noinline)) int use_stack(volatile int depth) {
    volatile char here[1024];
    here[0] = (char)depth;
    return depth == INT32_MAX ? 0 : use_stack(depth + 1) + here[0];
}

static int64_t die(pb_attack attack) {
    volatile int zero = 0;
    switch (attack) {
        case PB_ATTACK_DIE_ABORT: abort();
        case PB_ATTACK_DIE_NULL: *(volatile int *)(intptr_t)zero = 1; break;
        case PB_ATTACK_DIE_ILLEGAL: __builtin_trap();
        case PB_ATTACK_DIE_TRAP:
#if defined(__x86_64__)
            __asm__ volatile("int3");
#else
            raise(SIGTRAP);
#endif
            break;
        case PB_ATTACK_DIE_DIVIDE: {
#if defined(__x86_64__)
            __asm__ volatile("xor %%ecx, %%ecx; mov $1, %%eax; cltd; idivl %%ecx" : : : "eax", "ecx", "edx", "cc");
#else
            raise(SIGFPE);
#endif
            break;
        }
        case PB_ATTACK_DIE_STACK: return use_stack(0);
        case PB_ATTACK_DIE_MEMORY:
            for (;;) {
                char *p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
                if (p == MAP_FAILED) abort();
                for (int at = 0; at < 1 << 20; at += 4096) p[at] = 1;
            }
        default: // faults on the prepared page
            fault_page[0] = 1;
            return 1;
    }
    return 0;
}

// MARK: All together

static long perform(pb_attack attack, struct pb_stage *stage, void *main_thread) {
    char *const none[] = {NULL};
    switch (attack) {
        case PB_ATTACK_NOTHING: {
            char byte;
            while (read(3, &byte, 1) > 0) {}
            return 0;
        }
        case PB_ATTACK_SOCKET_INTERNET: return socket(AF_INET, SOCK_STREAM, 0);
        case PB_ATTACK_SOCKET_UNIX: return socket(AF_UNIX, SOCK_STREAM, 0);
        case PB_ATTACK_CONNECT_LOOPBACK: return connect_loopback(stage->port);
        case PB_ATTACK_CONNECT_ABSTRACT: return connect_abstract(stage->abstract_name);
        case PB_ATTACK_OPEN_PASSWD: return open("/etc/passwd", O_RDONLY);
        case PB_ATTACK_OPEN_SHADOW: return open("/etc/shadow", O_RDONLY);
        case PB_ATTACK_OPEN_CREATE: {
            // In /dev/shm, or in whatever is the root; the file has no name, so nothing stays.
            long fd = open("/dev/shm", O_TMPFILE | O_RDWR, 0600);
            return fd >= 0 || errno != ENOENT ? fd : open("/probe", O_CREAT | O_RDWR, 0600);
        }
        case PB_ATTACK_OPEN_HUB_ENVIRONMENT: return open_hub_environment(stage->hub);
        case PB_ATTACK_OPEN_OWN_MAPS: return open("/proc/self/maps", O_RDONLY);
        case PB_ATTACK_OPENAT2: {
            uint64_t how[3] = {O_RDONLY, 0, 0};
            return syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", how, sizeof how);
        }
        // Not /nonexistent: that is the home of some accounts, and programs that run as one of them may have made it.
        case PB_ATTACK_UNLINK: return unlink("/no-such-folder-of-patchbay/file");
        case PB_ATTACK_EXECVE: return execve("/bin/true", none, none);
        case PB_ATTACK_EXEC_MEMFD: return exec_memfd();
        case PB_ATTACK_FORK: return clone_process(SIGCHLD | CLONE_CHILD_SETTID); // what the C library's fork does
        case PB_ATTACK_CLONE_PROCESS: return clone_process(SIGCHLD);
        case PB_ATTACK_CLONE3: return clone3_process();
        case PB_ATTACK_CLONE_THREAD_NAMESPACE:
            return clone_process(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | CLONE_NEWUSER);
        case PB_ATTACK_PROBE_HUB: return kill(stage->hub, 0);
        case PB_ATTACK_KILL_VICTIM: return kill(stage->victim, SIGKILL);
        case PB_ATTACK_TGKILL_VICTIM: return syscall(SYS_tgkill, stage->victim, stage->victim, SIGKILL);
        case PB_ATTACK_QUEUE_SIGNAL_VICTIM: return sigqueue(stage->victim, SIGKILL, (union sigval){0});
        case PB_ATTACK_PTRACE_VICTIM: return ptrace_victim(stage->victim);
        case PB_ATTACK_READ_VICTIM_MEMORY: return read_victim_memory(stage);
        case PB_ATTACK_PIDFD_VICTIM: return syscall(SYS_pidfd_open, stage->victim, 0);
        case PB_ATTACK_MMAP_EXECUTABLE: return mmap_result(PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS);
        case PB_ATTACK_MPROTECT_EXECUTABLE: return mprotect_executable(SYS_mprotect);
        case PB_ATTACK_PKEY_MPROTECT_EXECUTABLE: return mprotect_executable(SYS_pkey_mprotect);
        case PB_ATTACK_MMAP_SHARED: return mmap_result(PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS);
        case PB_ATTACK_MMAP_GROWSDOWN: return mmap_result(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN);
        case PB_ATTACK_MEMFD_CREATE: return syscall(SYS_memfd_create, "memory", 0u);
        case PB_ATTACK_SHMGET: {
            int segment = shmget(IPC_PRIVATE, 4096, 0600);
            return segment < 0 ? segment : shmctl(segment, IPC_RMID, NULL);
        }
        case PB_ATTACK_SHMGET_HUB: return shmget(stage->shm_key, 4096, 0);
        case PB_ATTACK_IO_URING: {
            char parameters[120] = {0};
            return syscall(425, 1, parameters);
        }
        case PB_ATTACK_BPF: {
            uint32_t attributes[16] = {2, 4, 4, 1}; // BPF_MAP_CREATE of an array
            return syscall(SYS_bpf, 0, attributes, sizeof attributes);
        }
        case PB_ATTACK_USERFAULTFD: return syscall(SYS_userfaultfd, 1 /* UFFD_USER_MODE_ONLY */);
        case PB_ATTACK_PERF_EVENT: {
            uint64_t attributes[16] = {0};
            return syscall(SYS_perf_event_open, attributes, 0, -1, -1, 0ul);
        }
        case PB_ATTACK_KEYCTL: return syscall(SYS_keyctl, 0 /* KEYCTL_GET_KEYRING_ID */, -2, 1);
        case PB_ATTACK_MOUNT: return mount("tmpfs", "/", "tmpfs", 0, NULL);
        case PB_ATTACK_UNSHARE_USER: return unshare(CLONE_NEWUSER);
        case PB_ATTACK_SETNS: return setns(3, CLONE_NEWNET);
        case PB_ATTACK_CHROOT: return chroot("/");
        case PB_ATTACK_PIVOT_ROOT: return syscall(SYS_pivot_root, "/", "/");
        case PB_ATTACK_SETUID_ROOT: return syscall(SYS_setresuid, 0, 0, 0);
        case PB_ATTACK_CAPSET: return capset_all();
        case PB_ATTACK_PRCTL_DUMPABLE: return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
        case PB_ATTACK_PRCTL_DEATH_SIGNAL: return prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0);
        case PB_ATTACK_PERSONALITY: return syscall(SYS_personality, 0x0400000ul /* READ_IMPLIES_EXEC */);
#if defined(__x86_64__)
        case PB_ATTACK_ARCH_PRCTL: {
            unsigned long base = 0;
            return syscall(SYS_arch_prctl, 0x1003 /* ARCH_GET_FS */, &base);
        }
        case PB_ATTACK_MODIFY_LDT: return syscall(SYS_modify_ldt, 0, NULL, 0ul);
#else
        case PB_ATTACK_ARCH_PRCTL:
        case PB_ATTACK_MODIFY_LDT: return raise(SIGSYS);
#endif
        case PB_ATTACK_SCHED_REALTIME: return syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &(struct sched_param){1});
        case PB_ATTACK_SCHED_AFFINITY: {
            unsigned long one = 1;
            return syscall(SYS_sched_setaffinity, 0, sizeof one, &one);
        }
        case PB_ATTACK_RAISE_LIMIT: {
            struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
            return setrlimit(RLIMIT_DATA, &limit);
        }
        case PB_ATTACK_READ_HUB_LIMIT: {
            struct rlimit limit;
            return prlimit(stage->hub, RLIMIT_DATA, NULL, &limit);
        }
        case PB_ATTACK_RECEIVE_DESCRIPTOR: return receive_descriptor();
        case PB_ATTACK_NEW_SECCOMP_FILTER: return new_seccomp_filter();
        case PB_ATTACK_INT_80: return int_80();
        case PB_ATTACK_X32: return syscall(X32_BIT + SYS_getpid);
        case PB_ATTACK_UNKNOWN_CALL: return syscall(1000);
        case PB_ATTACK_ASK_OPEN_FILES: return ask_open_files();
        case PB_ATTACK_ASK_SIGNAL_MAIN_THREAD: return ask_signal_main_thread(main_thread);
        case PB_ATTACK_ASK_START_THREAD: return ask_start_thread();
        case PB_ATTACK_ASK_MEMORY: return ask_memory();
        case PB_ATTACK_ASK_DESCRIPTORS: return ask_descriptors();
        case PB_ATTACK_ASK_WRITE_FILE: return write(4, "x", 1);
        case PB_ATTACK_ASK_WHO: return (long)((uint64_t)geteuid() << 32 | (uint32_t)getpid());
        case PB_ATTACK_ASK_ORDINARY_CALLS: return ask_ordinary_calls();
        default: return die(attack);
    }
}

void pb_attack_perform(pb_attack attack, struct pb_stage *stage, void *main_thread) {
    errno = 0;
    int64_t value = perform(attack, stage, main_thread);
    // Questions answer with errno beside a good value; calls only with a bad one.
    bool is_question = attack >= PB_ATTACK_ASK_OPEN_FILES;
    stage->result.error = value < 0 || is_question ? errno : 0;
    stage->result.value = value;
    stage->result.returned = true;
}
