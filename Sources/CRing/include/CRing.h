// One-way byte rings in shared memory: single producer, single consumer, two processes that do not trust each other.
//
// A channel is one memory object holding two rings, hub-to-worker and worker-to-hub. Each side keeps its own position
// privately and reads the peer's position once per operation, checking it: a peer that writes nonsense is noticed as
// `PB_RING_CORRUPT` and can never make this side read or write outside the ring.
//
// A record is a 16-byte header (little-endian) and its payload, padded to 16 bytes so that a header never wraps.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Bytes of data in each ring. Small enough to stay in a core's second-level cache, large enough for a batch of 256 calls.
#define PB_RING_BYTES (256u * 1024u)
/// Largest payload of one record; longer messages are sent as several records (see WorkerProtocol).
#define PB_RING_RECORD_BYTES_MAX (64u * 1024u)

typedef struct pb_record {
    uint32_t length;  // payload bytes, without padding
    uint16_t kind;
    uint16_t flags;
    uint32_t id;
    uint32_t extra;
} pb_record;

enum {
    PB_RING_OK = 1,
    PB_RING_EMPTY = 0,       // nothing to read, or no room to write
    PB_RING_CORRUPT = -1,    // the peer wrote impossible positions or lengths; close the channel
    PB_RING_TOO_LONG = -2,   // the record does not fit the caller's buffer; nothing was consumed
    PB_RING_TIMEOUT = -3,
};

/// One end of one ring. `shared` points into the channel; everything else is private to this process.
typedef struct pb_ring_end {
    void *shared;
    uint64_t position;
} pb_ring_end;

/// Size in bytes of the memory object that holds a channel.
size_t pb_channel_bytes(void);
/// Makes a sealed memory object for a channel (`memfd_create`, size fixed). Returns its descriptor or -errno.
int pb_channel_create(void);
/// Maps a channel. Returns NULL and sets errno on failure.
void *pb_channel_map(int descriptor);
void pb_channel_unmap(void *channel);

pb_ring_end pb_channel_hub_to_worker(void *channel);
pb_ring_end pb_channel_worker_to_hub(void *channel);

/// Copies one record in. Returns OK, EMPTY (no room) or CORRUPT. `record->length` must be at most PB_RING_RECORD_BYTES_MAX.
int pb_ring_push(pb_ring_end *end, const pb_record *record, const void *payload);
/// Copies one record out into `buffer`. Returns OK, EMPTY, CORRUPT or TOO_LONG.
int pb_ring_pop(pb_ring_end *end, pb_record *record, void *buffer, size_t capacity);
/// True if a record could be read now, or the ring is corrupt (so that a reader comes and finds out).
bool pb_ring_has_data(const pb_ring_end *end);

/// Producer: true if the consumer says that it has not taken everything yet.
bool pb_ring_has_untaken(const pb_ring_end *end);
/// Producer: wakes the consumer if it said that it sleeps. No system call otherwise.
void pb_ring_signal(pb_ring_end *end);
/// Consumer: says that it sleeps (or no longer does), so that the producer wakes it.
void pb_ring_set_sleeping(pb_ring_end *end, bool sleeping);
/// Consumer: the event count to hand to `pb_ring_sleep`, read before the last look for data.
uint32_t pb_ring_event(const pb_ring_end *end);
/// Consumer: sleeps until the event count moves on from `event` or the time is over. Microseconds; spurious returns are possible.
void pb_ring_sleep(pb_ring_end *end, uint32_t event, uint64_t timeout_us);
/// Wakes a sleeping consumer from its own side (another thread of the same process).
void pb_ring_wake(pb_ring_end *end);
/// Consumer: polls for at most `turns` turns, yielding the core every 128. Returns true as soon as there is data.
bool pb_ring_spin(const pb_ring_end *end, uint32_t turns);
/// Spin, then sleep until data or timeout: what a worker does between calls. Returns OK or TIMEOUT.
int pb_ring_wait(pb_ring_end *end, uint32_t turns, uint64_t timeout_us);

/// Hub: how many turns the worker may spin between calls; 0 makes it sleep at once.
void pb_channel_set_spin(void *channel, uint32_t turns);
uint32_t pb_channel_spin(const void *channel);
/// Hub: asks the worker to end the call `id` at its next tick; 0 takes the wish back.
void pb_channel_set_interrupt(void *channel, uint32_t id);
uint32_t pb_channel_interrupt(const void *channel);

/// Worker: which call it is working on, 0 for none. The hub takes it as a hint on whom to blame when the worker dies.
void pb_channel_set_current(void *channel, uint32_t id);
uint32_t pb_channel_current(const void *channel);

/// Worker: how far a facade has come in the call it works on, in words of its own. A hint for the hub when the call fails.
void pb_channel_set_mark(void *channel, uint32_t mark);
uint32_t pb_channel_mark(const void *channel);

/// Worker: where it counts the times it was refused memory; the hub takes the number as a hint on why the worker died.
uint32_t *pb_channel_refusals(void *channel);

/// Room in the channel for what a dying worker writes (`pb_crash_note` of CSandbox), PB_CHANNEL_NOTE_BYTES long.
#define PB_CHANNEL_NOTE_BYTES 128
volatile void *pb_channel_note(void *channel);

/// Monotonic clock, nanoseconds.
uint64_t pb_now_ns(void);
/// One pause instruction, for spinning callers.
void pb_pause(void);
/// Names the calling thread, as `top -H` shows it; 15 characters are kept.
void pb_name_thread(const char *name);
/// Makes a pipe that closes on exec and never blocks. Returns 0 or -errno.
int pb_pipe(int ends[2]);
/// Stack size of threads made from here on, in bytes. Returns 0 or -errno.
int pb_set_thread_stack(size_t bytes);
/// Lets short sleeps of the calling thread end when they should, instead of up to 50 microseconds later.
void pb_precise_sleeps(void);
