#include "internal.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

const struct pb_namespace pb_namespaces[PB_NAMESPACE_COUNT] = {
    {PB_LAYER_USER_NAMESPACE, CLONE_NEWUSER}, {PB_LAYER_MOUNT_NAMESPACE, CLONE_NEWNS}, {PB_LAYER_NETWORK_NAMESPACE, CLONE_NEWNET},
    {PB_LAYER_IPC_NAMESPACE, CLONE_NEWIPC},   {PB_LAYER_UTS_NAMESPACE, CLONE_NEWUTS},
};

#define CAPABILITY(number) (1ull << (number))

// MARK: Root directories

// A path to bind into the small root, and whether it is a directory.
static const struct { const char *from, *to; bool directory; } small_root[] = {
    {"/proc", "proc", true},               // engine start-up: the main thread's stack bounds (/proc/self/maps), statm
    {"/dev/null", "dev/null", false},      // for a late reopen of 0, 1, 2
    {"/dev/urandom", "dev/urandom", false} // the engine's random seed, opened when its first VM is made
};

static int fill_small_root(void) {
    if (mkdir("dev", 0755) < 0 || mkdir("void", 0555) < 0) return -errno;
    for (size_t i = 0; i < sizeof small_root / sizeof *small_root; i++) {
        if (small_root[i].directory) {
            if (mkdir(small_root[i].to, 0555) < 0) return -errno;
        } else {
            int fd = open(small_root[i].to, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0444);
            if (fd < 0) return -errno;
            close(fd);
        }
        // Recursive, because a user namespace may not uncover what is mounted on top of a part of /proc.
        if (mount(small_root[i].from, small_root[i].to, NULL, MS_BIND | MS_REC, NULL) < 0) return -errno;
    }
    return 0;
}

int pb_root_enter_small(void) {
    // Nothing we mount may reach the machine's own table, and pivot_root refuses a shared parent.
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) return -errno;
    static const char *const mount_points[] = {"/tmp", "/mnt", "/var", "/etc"};
    int error = -ENOENT;
    for (size_t i = 0; i < sizeof mount_points / sizeof *mount_points && error; i++) {
        unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
        error = mount("tmpfs", mount_points[i], "tmpfs", flags, "size=64k,nr_inodes=16,mode=0755") < 0 ? -errno
            : chdir(mount_points[i]) < 0 ? -errno
                                         : 0;
    }
    if (error) return error;
    mode_t mask = umask(0);
    error = fill_small_root();
    umask(mask);
    if (error) return error;
    // With both names the same, the old root ends up on top of the new one and is then taken away whole.
    if (syscall(SYS_pivot_root, ".", ".") == 0) {
        if (umount2(".", MNT_DETACH) < 0) return -errno;
    } else {
        // The initial ramdisk cannot be pivoted away from; covering it comes close.
        if (mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0) return -errno;
    }
    if (chdir("/") < 0) return -errno;
    unsigned long sealed = MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;
    if (mount(NULL, "/", NULL, sealed, NULL) < 0) return -errno;
    int fd = open("/void", O_PATH | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

int pb_root_make_nameless(void) {
    if (!(pb_capabilities_permitted() & CAPABILITY(CAP_SYS_CHROOT))) return -EPERM;
    static const char *const parents[] = {"/tmp", "/var/tmp", "/dev/shm", "/run"};
    int error = -ENOENT;
    for (size_t i = 0; i < sizeof parents / sizeof *parents; i++) {
        char path[64];
        snprintf(path, sizeof path, "%s/patchbay-void-XXXXXX", parents[i]);
        if (!mkdtemp(path)) {
            error = -errno;
            continue;
        }
        int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
        error = fd < 0 ? -errno : 0;
        // A directory without a name stays empty for good: nothing can be created in it, by anybody.
        if (rmdir(path) < 0 && !error) error = -errno;
        if (!error) return fd;
        if (fd >= 0) close(fd);
    }
    return error;
}

// MARK: Identity

static int become(unsigned id) {
    // One thread only, so the raw calls are the whole process. setgroups comes first, while we may.
    if (syscall(SYS_setresgid, id, id, id) < 0) return -errno;
    if (syscall(SYS_setresuid, id, id, id) < 0) return -errno;
    return 0;
}

static int take_identity(uint32_t identity) {
    switch (identity) {
        case PB_IDENTITY_MAPPED_NOBODY: {
            int error = become(0); // 0 inside is nobody outside
            prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
            if (!error) error = pb_capabilities_set(pb_capabilities_permitted(), 0);
            return error;
        }
        case PB_IDENTITY_DROP: {
            // What the zygote still needs: an empty root, pid namespaces, and to throw the rest away.
            uint64_t kept = CAPABILITY(CAP_SYS_CHROOT) | CAPABILITY(CAP_SYS_ADMIN) | CAPABILITY(CAP_SETPCAP);
            kept &= pb_capabilities_permitted();
            if (syscall(SYS_setgroups, 0, NULL) < 0) return -errno;
            if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0) return -errno;
            int error = become(PB_NOBODY);
            return error ? error : pb_capabilities_set(kept, 0);
        }
        default:
            return 0;
    }
}

// MARK: Settling

int pb_settle(pb_standing *standing) {
    memset(standing, 0, sizeof *standing);
    standing->empty_root_fd = standing->parent_pidfd = standing->statm_fd = -1;
    struct pb_standing_note note = {0};
    const char *text = getenv(PB_STANDING_NAME);
    bool has_note = text && pb_standing_parse(text, &note) == 0;
    unsetenv(PB_STANDING_NAME);
    if (!has_note) {
        // Started by hand: take the parent we see, and claim nothing else.
        note.parent = (uint32_t)getppid();
        note.wanted = pb_layer_bit(PB_LAYER_PARENT_DEATH);
    }
    for (uint32_t layer = 0; layer < 8; layer++) {
        if (!(note.wanted & 1u << layer) || layer == PB_LAYER_IDENTITY) continue;
        pb_report_set(&standing->report, (pb_layer)layer, note.active & 1u << layer ? 0 : (int)note.errors[layer]);
    }

    // When memory runs out the kernel should take a plugin before it takes the hub. Before the identity, which makes /proc/self root's.
    pb_write_file("/proc/self/oom_score_adj", "900");
    int pidfd = pb_pidfd_open((pid_t)note.parent);
    standing->parent_pidfd = pidfd < 0 ? -1 : pidfd;

    int identity_error = take_identity(note.identity);
    if (!identity_error) identity_error = (int)note.errors[PB_LAYER_IDENTITY];
    if (note.wanted & pb_layer_bit(PB_LAYER_IDENTITY)) pb_report_set(&standing->report, PB_LAYER_IDENTITY, identity_error);

    int root = -EPERM;
    if (note.active & pb_layer_bit(PB_LAYER_MOUNT_NAMESPACE)) {
        root = pb_root_enter_small();
        if (root < 0) pb_report_set(&standing->report, PB_LAYER_MOUNT_NAMESPACE, root);
    }
    if (root < 0) root = pb_root_make_nameless();
    standing->empty_root_fd = root < 0 ? -1 : root;

    int error = pb_parent_death_arm((pid_t)note.parent);
    pb_report_set(&standing->report, PB_LAYER_PARENT_DEATH, error);
    return error == -ESRCH ? error : 0;
}
