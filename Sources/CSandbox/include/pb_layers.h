/// The layers of the sandbox by name, and the report that says which of them hold around one process.
#pragma once

#include <stdbool.h>
#include <stdint.h>

/// The name of an enum's case in Swift, which cannot see that `PB_LAYER_` and `pb_layer` belong together.
#define PB_SWIFT_NAME(name) __attribute__((swift_name(name)))

/// One wall around a worker. The numbers are part of `pb_report`, which travels from worker to hub: append, never reorder.
typedef enum __attribute__((enum_extensibility(closed))) pb_layer : uint32_t {
    /// Own user namespace: what is root inside is nobody (or the operator's own account) outside.
    PB_LAYER_USER_NAMESPACE PB_SWIFT_NAME("userNamespace") = 0,
    /// Own mount table, without the machine's file systems.
    PB_LAYER_MOUNT_NAMESPACE PB_SWIFT_NAME("mountNamespace") = 1,
    /// Own network stack, with every interface down, loopback included.
    PB_LAYER_NETWORK_NAMESPACE PB_SWIFT_NAME("networkNamespace") = 2,
    /// Own System V and POSIX message queues, semaphores and shared memory.
    PB_LAYER_IPC_NAMESPACE PB_SWIFT_NAME("ipcNamespace") = 3,
    /// Own host name.
    PB_LAYER_UTS_NAMESPACE PB_SWIFT_NAME("utsNamespace") = 4,
    /// Own process numbers: the worker is number 1 and can name no other process.
    PB_LAYER_PID_NAMESPACE PB_SWIFT_NAME("pidNamespace") = 5,
    /// Not the machine's root: files and processes of root are not the worker's own.
    PB_LAYER_IDENTITY PB_SWIFT_NAME("identity") = 6,
    /// The root directory is empty and read-only or already deleted.
    PB_LAYER_EMPTY_ROOT PB_SWIFT_NAME("emptyRoot") = 7,
    /// The kernel kills the worker when the hub's spawning thread ends.
    PB_LAYER_PARENT_DEATH PB_SWIFT_NAME("parentDeath") = 8,
    /// Resource limits: memory, open files, file size, core dumps.
    PB_LAYER_LIMITS PB_SWIFT_NAME("limits") = 9,
    /// `no_new_privs`: no program the process could start gains rights.
    PB_LAYER_NO_NEW_PRIVILEGES PB_SWIFT_NAME("noNewPrivileges") = 10,
    /// No capabilities, not even inside its own user namespace.
    PB_LAYER_CAPABILITIES PB_SWIFT_NAME("capabilities") = 11,
    /// Landlock: no path can be opened, no TCP port used, no outside process signalled.
    PB_LAYER_LANDLOCK PB_SWIFT_NAME("landlock") = 12,
    /// The list of allowed system calls; every other one kills the process.
    PB_LAYER_SECCOMP PB_SWIFT_NAME("seccomp") = 13,
} pb_layer;

/// How many layers there are; their numbers are 0 ..< `PB_LAYER_COUNT`.
#define PB_LAYER_COUNT 14

/// Every layer, as a mask of `pb_layer_bit`.
#define PB_LAYERS_ALL 0x3fffu

/// How one layer stands around one process.
typedef enum __attribute__((enum_extensibility(closed))) pb_layer_state : uint32_t {
    /// The caller did not ask for it.
    PB_LAYER_NOT_WANTED PB_SWIFT_NAME("notWanted") = 0,
    /// It holds.
    PB_LAYER_ACTIVE PB_SWIFT_NAME("active") = 1,
    /// It was asked for, and the kernel refused: see `error`.
    PB_LAYER_UNAVAILABLE PB_SWIFT_NAME("unavailable") = 2,
} pb_layer_state;

/// One layer's line of a report.
typedef struct pb_layer_status {
    pb_layer_state state;
    /// Why it is unavailable, as an `errno` value; 0 otherwise.
    int32_t error;
} pb_layer_status;

/// What holds around one process: plain old data of fixed size, so that a worker can send it to the hub as bytes.
typedef struct pb_report {
    /// Layers asked for, as a mask of `pb_layer_bit`.
    uint32_t wanted;
    /// Layers that hold, as a mask of `pb_layer_bit`; always within `wanted`.
    uint32_t active;
    /// The Landlock ABI in force, 1 and up; 0 when Landlock is not active.
    int32_t landlock_abi;
    /// Threads, the caller included, that Landlock and the loss of capabilities reached one by one.
    int32_t threads_confined;
    /// `errno` of each layer that was wanted and refused, by number of the layer; read it through `pb_report_status`.
    int32_t errors[PB_LAYER_COUNT];
} pb_report;

/// The bit that stands for a layer in a mask.
static inline uint32_t pb_layer_bit(pb_layer layer) {
    return 1u << (uint32_t)layer;
}

/// The stable name of a layer, for reports: `user-namespace`, `seccomp`. Unknown numbers answer `unknown`.
const char *_Nonnull pb_layer_name(pb_layer layer);

/// How one layer stands in a report.
pb_layer_status pb_report_status(const pb_report *_Nonnull report, pb_layer layer);

/// Layers in `required` that do not hold, as a mask; 0 means that the process is confined as demanded.
uint32_t pb_report_missing(const pb_report *_Nonnull report, uint32_t required);

/// Records that a layer was asked for and how it went: 0 for active, else the `errno` value (sign ignored).
void pb_report_set(pb_report *_Nonnull report, pb_layer layer, int error);
