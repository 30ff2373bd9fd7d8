#include "CMemoryWatch.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static uint32_t ignored;
static uint32_t *refusals = &ignored;

void pb_memory_watch(uint32_t *counter) { refusals = counter; }

void *mmap(void *address, size_t length, int protection, int flags, int descriptor, off_t offset) {
    long mapped = syscall(SYS_mmap, address, length, protection, flags, descriptor, offset);
    if (mapped == -1 && errno == ENOMEM) __atomic_add_fetch(refusals, 1, __ATOMIC_RELAXED);
    return (void *)mapped;
}

// The engine's allocator marks every block it takes or gives back as wanted in a core dump or not. Workers leave none (lockdown.c), and
// the marks cost a start half a millisecond: some 150 calls, each of which splits or joins a mapping.
int madvise(void *address, size_t length, int advice) {
    if (advice == MADV_DODUMP || advice == MADV_DONTDUMP) return 0;
    return (int)syscall(SYS_madvise, address, length, advice);
}

void *mmap64(void *address, size_t length, int protection, int flags, int descriptor, off_t offset) {
    return mmap(address, length, protection, flags, descriptor, offset);
}
