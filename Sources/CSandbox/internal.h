// What the files of this target share with each other and with nobody else.
#pragma once

#include "CSandbox.h"
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// The account `nobody` of Debian and the kernel's own overflow id.
#define PB_NOBODY 65534

// Namespaces among the layers, in the order they are tried: the user namespace first, because it pays for the others.
#define PB_NAMESPACE_COUNT 5
extern const struct pb_namespace {
    pb_layer layer;
    int clone_flag;
} pb_namespaces[PB_NAMESPACE_COUNT];

// Who the spawned process becomes in pb_settle.
enum pb_identity {
    PB_IDENTITY_KEEP = 0,          // stay as we are: an ordinary user without a user namespace, or root that was not asked to change
    PB_IDENTITY_MAPPED_SELF = 1,   // 0 inside is the hub's own account outside
    PB_IDENTITY_MAPPED_NOBODY = 2, // 0 inside is nobody outside
    PB_IDENTITY_DROP = 3,          // root without a user namespace: become nobody for good
};

// What pb_spawn tells pb_settle, through one environment variable.
struct pb_standing_note {
    uint32_t wanted;
    uint32_t active;
    uint32_t identity;
    uint32_t parent;
    uint32_t errors[8]; // of layers 0 ..< 8
};

#define PB_STANDING_NAME "PATCHBAY_STANDING"
// NAME=1: then eight hexadecimal digits and a colon for each of the twelve fields.
#define PB_STANDING_FIELDS 12
#define PB_STANDING_TEXT_BYTES (sizeof(PB_STANDING_NAME "=1:") + PB_STANDING_FIELDS * 9)

// Async-signal-safe. `text` holds PB_STANDING_TEXT_BYTES.
void pb_standing_write(const struct pb_standing_note *note, char *text);
// Answers 0, or -EINVAL when the text is not one of ours.
int pb_standing_parse(const char *value, struct pb_standing_note *note);

// Capabilities, as masks of 1 << CAP_*.
uint64_t pb_capabilities_permitted(void);
int pb_capabilities_set(uint64_t mask, uint64_t inheritable);
// Raises every permitted capability as ambient, so that it outlives an exec by an unmapped user.
int pb_capabilities_raise_ambient(void);
// Drops everything from the calling thread: bounding set, ambient set, permitted and effective.
int pb_capabilities_drop_all(void);

// Arms SIGKILL for the parent's death and checks that the parent has not died before. -ESRCH when it has.
int pb_parent_death_arm(pid_t expected_parent);

// Closes every descriptor from `first` up, also where close_range is refused. Async-signal-safe.
int pb_close_from(unsigned first);

// Builds the small read-only root in the current mount namespace and enters it; answers a descriptor of the empty directory in it.
int pb_root_enter_small(void);
// Makes an empty directory that has no name any more; answers its descriptor.
int pb_root_make_nameless(void);

// The resource limits of pb_lockdown that may come first, and the one that must come late.
int pb_limits_apply(const pb_lockdown_options *options, int statm_fd);
int pb_limits_apply_open_files(uint32_t open_files_max);

// An open ruleset that denies everything this kernel's ABI knows, or -errno; the ABI goes to *abi.
int pb_landlock_ruleset(int *abi);
// Binds the calling thread to it.
int pb_landlock_restrict(int ruleset_fd);

// Loads the prepared filter into all threads. no_new_privs must be set.
int pb_seccomp_load(void);

// Runs `work` on every other thread of this process, one at a time, from a signal handler: it must be async-signal-safe and
// answer 0 or -errno. `task_fd` is an open /proc/self/task. Answers the number of threads reached, or the first -errno.
int pb_threads_run(int task_fd, int (*work)(void));

// pb_spawn with a function in place of the executable: its answer is the exit status. For tests; the child is a copy of the caller.
int pb_spawn_body(const pb_spawn_options *options, int (*body)(void *), void *context, pb_spawn_result *result);

// Small raw helpers.
int pb_write_file(const char *path, const char *text);
