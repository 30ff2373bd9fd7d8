/// Attacks on the sandbox from inside, for its tests: a worker is forked and confined the way the hub does it, and then misbehaves.
///
/// Nothing here is used by the hub or by workers. The functions fork the calling process, so call them from tests only.
#pragma once

#include "pb_crash.h"
#include "pb_lockdown.h"
#include "pb_process.h"
#include "pb_spawn.h"

/// What the worker tries once it is locked down. `value` and `error` of the result are those of the system call, unless said otherwise.
typedef enum __attribute__((enum_extensibility(closed))) pb_attack : uint32_t {
    /// Nothing: the worker waits until descriptor 3 closes, then exits with 0.
    PB_ATTACK_NOTHING PB_SWIFT_NAME("nothing") = 0,
    PB_ATTACK_SOCKET_INTERNET PB_SWIFT_NAME("socketInternet"),
    PB_ATTACK_SOCKET_UNIX PB_SWIFT_NAME("socketUnix"),
    /// Connects to a TCP port on 127.0.0.1 on which the hub listens.
    PB_ATTACK_CONNECT_LOOPBACK PB_SWIFT_NAME("connectLoopback"),
    /// Connects to an abstract unix socket on which the hub listens.
    PB_ATTACK_CONNECT_ABSTRACT PB_SWIFT_NAME("connectAbstract"),
    PB_ATTACK_OPEN_PASSWD PB_SWIFT_NAME("openPasswd"),
    /// /etc/shadow, which only root may read.
    PB_ATTACK_OPEN_SHADOW PB_SWIFT_NAME("openShadow"),
    PB_ATTACK_OPEN_CREATE PB_SWIFT_NAME("openCreate"),
    /// /proc/PID/environ of the hub.
    PB_ATTACK_OPEN_HUB_ENVIRONMENT PB_SWIFT_NAME("openHubEnvironment"),
    PB_ATTACK_OPEN_OWN_MAPS PB_SWIFT_NAME("openOwnMaps"),
    PB_ATTACK_OPENAT2 PB_SWIFT_NAME("openat2"),
    PB_ATTACK_UNLINK PB_SWIFT_NAME("unlink"),
    PB_ATTACK_EXECVE PB_SWIFT_NAME("execve"),
    /// Executes a program of its own from a memfd.
    PB_ATTACK_EXEC_MEMFD PB_SWIFT_NAME("execMemfd"),
    PB_ATTACK_FORK PB_SWIFT_NAME("fork"),
    PB_ATTACK_CLONE_PROCESS PB_SWIFT_NAME("cloneProcess"),
    PB_ATTACK_CLONE3 PB_SWIFT_NAME("clone3"),
    /// A thread (CLONE_THREAD) with one namespace flag more than pthread_create uses.
    PB_ATTACK_CLONE_THREAD_NAMESPACE PB_SWIFT_NAME("cloneThreadNamespace"),
    /// Asks whether the hub exists: kill(hub, 0).
    PB_ATTACK_PROBE_HUB PB_SWIFT_NAME("probeHub"),
    /// Kills a bystander of the same user; `victim_died` of the result tells.
    PB_ATTACK_KILL_VICTIM PB_SWIFT_NAME("killVictim"),
    PB_ATTACK_TGKILL_VICTIM PB_SWIFT_NAME("tgkillVictim"),
    PB_ATTACK_QUEUE_SIGNAL_VICTIM PB_SWIFT_NAME("queueSignalVictim"),
    PB_ATTACK_PTRACE_VICTIM PB_SWIFT_NAME("ptraceVictim"),
    /// Reads a byte of the victim's memory.
    PB_ATTACK_READ_VICTIM_MEMORY PB_SWIFT_NAME("readVictimMemory"),
    PB_ATTACK_PIDFD_VICTIM PB_SWIFT_NAME("pidfdVictim"),
    PB_ATTACK_MMAP_EXECUTABLE PB_SWIFT_NAME("mmapExecutable"),
    PB_ATTACK_MPROTECT_EXECUTABLE PB_SWIFT_NAME("mprotectExecutable"),
    PB_ATTACK_PKEY_MPROTECT_EXECUTABLE PB_SWIFT_NAME("pkeyMprotectExecutable"),
    /// Memory that no RLIMIT_DATA counts: shared and anonymous.
    PB_ATTACK_MMAP_SHARED PB_SWIFT_NAME("mmapShared"),
    PB_ATTACK_MMAP_GROWSDOWN PB_SWIFT_NAME("mmapGrowsdown"),
    PB_ATTACK_MEMFD_CREATE PB_SWIFT_NAME("memfdCreate"),
    PB_ATTACK_SHMGET PB_SWIFT_NAME("shmget"),
    /// Finds System V shared memory that the hub made.
    PB_ATTACK_SHMGET_HUB PB_SWIFT_NAME("shmgetHub"),
    PB_ATTACK_IO_URING PB_SWIFT_NAME("ioUring"),
    PB_ATTACK_BPF PB_SWIFT_NAME("bpf"),
    PB_ATTACK_USERFAULTFD PB_SWIFT_NAME("userfaultfd"),
    PB_ATTACK_PERF_EVENT PB_SWIFT_NAME("perfEvent"),
    PB_ATTACK_KEYCTL PB_SWIFT_NAME("keyctl"),
    PB_ATTACK_MOUNT PB_SWIFT_NAME("mount"),
    PB_ATTACK_UNSHARE_USER PB_SWIFT_NAME("unshareUser"),
    PB_ATTACK_SETNS PB_SWIFT_NAME("setns"),
    PB_ATTACK_CHROOT PB_SWIFT_NAME("chroot"),
    PB_ATTACK_PIVOT_ROOT PB_SWIFT_NAME("pivotRoot"),
    PB_ATTACK_SETUID_ROOT PB_SWIFT_NAME("setuidRoot"),
    PB_ATTACK_CAPSET PB_SWIFT_NAME("capset"),
    PB_ATTACK_PRCTL_DUMPABLE PB_SWIFT_NAME("prctlDumpable"),
    PB_ATTACK_PRCTL_DEATH_SIGNAL PB_SWIFT_NAME("prctlDeathSignal"),
    PB_ATTACK_PERSONALITY PB_SWIFT_NAME("personality"),
    PB_ATTACK_ARCH_PRCTL PB_SWIFT_NAME("archPrctl"),
    PB_ATTACK_MODIFY_LDT PB_SWIFT_NAME("modifyLdt"),
    /// Real-time scheduling.
    PB_ATTACK_SCHED_REALTIME PB_SWIFT_NAME("schedRealtime"),
    PB_ATTACK_SCHED_AFFINITY PB_SWIFT_NAME("schedAffinity"),
    PB_ATTACK_RAISE_LIMIT PB_SWIFT_NAME("raiseLimit"),
    /// Reads a limit of the hub.
    PB_ATTACK_READ_HUB_LIMIT PB_SWIFT_NAME("readHubLimit"),
    PB_ATTACK_RECEIVE_DESCRIPTOR PB_SWIFT_NAME("receiveDescriptor"),
    PB_ATTACK_NEW_SECCOMP_FILTER PB_SWIFT_NAME("newSeccompFilter"),
    /// A 32-bit system call (x86 only; elsewhere the same as `nothing` with SIGSYS raised by itself).
    PB_ATTACK_INT_80 PB_SWIFT_NAME("int80"),
    /// A system call of the x32 kind.
    PB_ATTACK_X32 PB_SWIFT_NAME("x32"),
    /// A system call number that does not exist.
    PB_ATTACK_UNKNOWN_CALL PB_SWIFT_NAME("unknownCall"),

    // Not attacks but questions; `value` is the answer.

    /// Open descriptors below 64, as a bit mask.
    PB_ATTACK_ASK_OPEN_FILES PB_SWIFT_NAME("askOpenFiles"),
    /// Whether the main thread can be signalled by another one through the C library (1), as the engine's collector does.
    PB_ATTACK_ASK_SIGNAL_MAIN_THREAD PB_SWIFT_NAME("askSignalMainThread"),
    /// Whether a thread can still be started and joined (1).
    PB_ATTACK_ASK_START_THREAD PB_SWIFT_NAME("askStartThread"),
    /// Megabytes of private memory obtained before the first refusal, at most 1024; `error` is the refusal's.
    PB_ATTACK_ASK_MEMORY PB_SWIFT_NAME("askMemory"),
    /// How many descriptors can be opened before EMFILE, at most 4096 (by dup of 0).
    PB_ATTACK_ASK_DESCRIPTORS PB_SWIFT_NAME("askDescriptors"),
    /// Writes a byte to the file that is descriptor 4.
    PB_ATTACK_ASK_WRITE_FILE PB_SWIFT_NAME("askWriteFile"),
    /// The user id the worker sees, times 2^32, plus the process number it sees.
    PB_ATTACK_ASK_WHO PB_SWIFT_NAME("askWho"),
    /// Prints nothing, answers the sum of what clocks, random numbers and memory calls returned: 0 when all ordinary calls work.
    PB_ATTACK_ASK_ORDINARY_CALLS PB_SWIFT_NAME("askOrdinaryCalls"),

    // Ways to die.

    PB_ATTACK_DIE_ABORT PB_SWIFT_NAME("dieAbort"),
    PB_ATTACK_DIE_NULL PB_SWIFT_NAME("dieNull"),
    PB_ATTACK_DIE_ILLEGAL PB_SWIFT_NAME("dieIllegal"),
    PB_ATTACK_DIE_TRAP PB_SWIFT_NAME("dieTrap"),
    PB_ATTACK_DIE_DIVIDE PB_SWIFT_NAME("dieDivide"),
    PB_ATTACK_DIE_STACK PB_SWIFT_NAME("dieStack"),
    /// Touches private memory until it is refused, then aborts like an engine that is out of memory.
    PB_ATTACK_DIE_MEMORY PB_SWIFT_NAME("dieMemory"),
    /// A fault that an earlier handler, like the engine's, repairs: `value` is 1 when the program went on.
    PB_ATTACK_FAULT_REPAIRED PB_SWIFT_NAME("faultRepaired"),
    /// A fault that an earlier handler declines by putting the default back.
    PB_ATTACK_FAULT_DECLINED PB_SWIFT_NAME("faultDeclined"),
} pb_attack;

/// How many attacks there are; their numbers are 0 ..< `PB_ATTACK_COUNT`.
#define PB_ATTACK_COUNT 76u
_Static_assert(PB_ATTACK_COUNT == (uint32_t)PB_ATTACK_FAULT_DECLINED + 1, "count the attacks again");

/// The name of an attack as Swift has it, for test reports: `openPasswd`.
const char *_Nonnull pb_attack_name(pb_attack attack);

/// The walls to put around the worker, and the circumstances.
typedef struct pb_attack_setup {
    /// For `pb_spawn`.
    uint32_t spawn_layers;
    /// For `pb_zygote_fork`: a mask of `PB_FORK_*`.
    uint32_t fork_flags;
    /// For `pb_lockdown`.
    uint32_t lockdown_layers;
    /// For `pb_lockdown`: without these it fails, `lockdown` of the result says so, and the attack does not begin.
    uint32_t required_layers;
    /// The memory budget; 0 for none.
    uint64_t data_budget_bytes;
    /// Run hub, zygote and worker as nobody, as if an ordinary user had started the hub. Needs root; ignored when not root.
    bool ordinary_user;
    /// Attack from a thread that existed before the lock-down.
    bool other_thread;
    /// That other thread blocks every signal, so that it cannot be confined.
    bool deaf_thread;
    /// Refuse new namespaces and mounts to the hub, as the default profile of container engines does.
    bool container_like;
    /// Make the hub root of a user namespace that maps this one user, as a rootless container may.
    bool rootless_container;
    /// Share a crash note and install its handlers before the lock-down.
    bool crash_note;
} pb_attack_setup;

/// What came of an attack.
typedef struct pb_attack_result {
    /// The lock-down was done and the attack began.
    bool began;
    /// The attack came back: `value` and `error` are set.
    bool returned;
    /// The bystander was killed.
    bool victim_died;
    /// 0 or `-errno` of `pb_lockdown`.
    int32_t lockdown;
    /// `errno` of the attack, 0 when it succeeded.
    int32_t error;
    int64_t value;
    /// What holds around the worker.
    pb_report report;
    /// How the worker ended.
    pb_exit exit;
    /// The note, when `crash_note` was asked for.
    pb_crash_note note;
} pb_attack_result;

/// Builds hub, zygote and worker, attacks once and reports. Returns 0, or `-errno` when the stage could not be built.
int pb_attack_run(pb_attack attack, const pb_attack_setup *_Nonnull setup, pb_attack_result *_Nonnull result);

/// A zygote that is a copy of this process and forks workers that do `attack`, on a thread's own account like `pb_spawn`.
/// Workers do `attack` with nothing locked down but `setup->lockdown_layers`. `control_fd` is the zygote's end.
int pb_attack_zygote(
    int control_fd, pb_attack attack, const pb_attack_setup *_Nonnull setup, pb_spawn_result *_Nonnull result);

/// A whole family in processes of its own: hub, zygote, a plain worker and one in a pid namespace, all idle.
typedef struct pb_attack_family {
    pid_t hub, zygote, worker, namespaced_worker;
} pb_attack_family;

/// Starts a family. With `short_thread` the hub spawns the zygote from a thread that ends at once, which shows trap 14: the zygote dies
/// with the thread while the hub lives; the workers' numbers are 0 then. The caller kills and collects the hub. Returns 0 or `-errno`.
int pb_attack_family_start(const pb_attack_setup *_Nonnull setup, bool short_thread, pb_attack_family *_Nonnull family);

/// Sends bytes and copies of descriptor 0 (at most 253) to a zygote's control socket, as a confused hub might. Returns bytes sent or `-errno`.
int64_t pb_attack_send_raw(int control_fd, const void *_Nullable bytes, size_t length, uint32_t descriptor_count);

/// What `pb_settle` answers (0 or `-errno`) in a child that was given this text as `PATCHBAY_STANDING`, and what it then reports.
int pb_attack_settle(const char *_Nonnull standing_text, pb_report *_Nonnull report);
