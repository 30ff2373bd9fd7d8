#include "internal.h"

#include <sys/syscall.h>
#include <unistd.h>

// Numbers instead of <linux/landlock.h>: Debian 12's header stops at ABI 2 while kernels go on. From the kernel's own
// Documentation/userspace-api/landlock.rst.
struct ruleset_attributes {
    uint64_t handled_access_fs;
    uint64_t handled_access_net; // ABI 4
    uint64_t scoped;             // ABI 6
};
#define FLAG_VERSION 1u
#define FLAG_ERRATA 2u
#define ERRATUM_SIGNAL_SCOPE (1 << 1) // number 2: signals between threads of one process pass although their domains differ
#define FS_ABI_1 ((1ull << 13) - 1)
#define FS_REFER (1ull << 13)     // ABI 2
#define FS_TRUNCATE (1ull << 14)  // ABI 3
#define FS_IOCTL_DEV (1ull << 15) // ABI 5
#define NET_BIND_AND_CONNECT_TCP 3ull
#define SCOPE_ABSTRACT_UNIX_SOCKET 1ull
#define SCOPE_SIGNAL 2ull

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_restrict_self 446
#endif

int pb_landlock_abi(void) {
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, FLAG_VERSION);
    return abi < 0 ? -errno : (int)abi;
}

int pb_landlock_ruleset(int *abi_out) {
    int abi = pb_landlock_abi();
    if (abi < 0) return abi;
    // A right that is handled and that no rule allows is denied everywhere: no rule follows.
    struct ruleset_attributes attributes = {.handled_access_fs = FS_ABI_1};
    size_t size = offsetof(struct ruleset_attributes, handled_access_net);
    if (abi >= 2) attributes.handled_access_fs |= FS_REFER;
    if (abi >= 3) attributes.handled_access_fs |= FS_TRUNCATE;
    if (abi >= 5) attributes.handled_access_fs |= FS_IOCTL_DEV;
    if (abi >= 4) {
        attributes.handled_access_net = NET_BIND_AND_CONNECT_TCP;
        size = offsetof(struct ruleset_attributes, scoped);
    }
    if (abi >= 6) {
        attributes.scoped = SCOPE_ABSTRACT_UNIX_SOCKET;
        // Every thread enters a domain of its own here. Without the erratum's fix the kernel would then stop signals between our own threads,
        // and with them the engine's garbage collector.
        long errata = syscall(SYS_landlock_create_ruleset, NULL, 0, FLAG_ERRATA);
        if (errata >= 0 && (errata & ERRATUM_SIGNAL_SCOPE)) attributes.scoped |= SCOPE_SIGNAL;
        size = sizeof attributes;
    }
    int fd = (int)syscall(SYS_landlock_create_ruleset, &attributes, size, 0u);
    if (fd < 0) return -errno;
    *abi_out = abi;
    return fd;
}

int pb_landlock_restrict(int ruleset_fd) {
    return syscall(SYS_landlock_restrict_self, ruleset_fd, 0u) < 0 ? -errno : 0;
}
