#include "internal.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// Raw system calls throughout: libcap is one more library, and its calls are not async-signal-safe.

static struct __user_cap_header_struct header(void) {
    struct __user_cap_header_struct h = {_LINUX_CAPABILITY_VERSION_3, 0};
    return h;
}

uint64_t pb_capabilities_permitted(void) {
    struct __user_cap_header_struct h = header();
    struct __user_cap_data_struct d[2] = {{0}};
    if (syscall(SYS_capget, &h, d) < 0) return 0;
    return (uint64_t)d[1].permitted << 32 | d[0].permitted;
}

int pb_capabilities_set(uint64_t mask, uint64_t inheritable) {
    struct __user_cap_header_struct h = header();
    struct __user_cap_data_struct d[2] = {
        {(uint32_t)mask, (uint32_t)mask, (uint32_t)inheritable},
        {(uint32_t)(mask >> 32), (uint32_t)(mask >> 32), (uint32_t)(inheritable >> 32)},
    };
    return syscall(SYS_capset, &h, d) < 0 ? -errno : 0;
}

int pb_capabilities_raise_ambient(void) {
    uint64_t permitted = pb_capabilities_permitted();
    int error = pb_capabilities_set(permitted, permitted);
    if (error) return error;
    for (unsigned long cap = 0; cap < 64; cap++) {
        if (!(permitted >> cap & 1)) continue;
        if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) < 0) return -errno;
    }
    return 0;
}

int pb_capabilities_drop_all(void) {
    // The bounding set needs CAP_SETPCAP; without it nothing is lost, because no_new_privs stops an exec from gaining anything.
    for (unsigned long cap = 0; cap < 64; cap++) {
        if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0) break; // EINVAL past the last one, EPERM without the right
    }
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    return pb_capabilities_set(0, 0);
}
