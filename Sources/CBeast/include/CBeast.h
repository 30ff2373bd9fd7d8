#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

/// A thread with an event loop. Jobs posted from anywhere run on it in order.
typedef struct pb_loop pb_loop;
/// Listening sockets, connections spread over loops, and their limits.
typedef struct pb_http pb_http;
/// One client. Every function that takes one is called on the connection's loop, between `head` and `closed` (or the call that completes
/// the response); it never calls back into its caller except, where said, for the next request of the same client.
typedef struct pb_connection pb_connection;

/// Starts a thread of this name (at most 15 bytes); null when the machine refuses.
pb_loop *pb_loop_start(const char *name);
/// Runs `run(job, context)` on the loop's thread, after what was posted before by the same thread.
void pb_loop_post(pb_loop *loop, void (*run)(void *job, void *context), void *job, void *context);
/// Whether the caller is on the loop's thread.
bool pb_loop_is_current(const pb_loop *loop);
/// Gives the loop up. Its thread ends by itself once nothing is posted and its connections are closed; nobody waits for it.
void pb_loop_release(pb_loop *loop);

/// Times are milliseconds, sizes bytes.
typedef struct {
    uint32_t head_bytes;          ///< request line and fields together; 431
    uint32_t target_bytes;        ///< the request line; 414
    uint32_t fields;              ///< how many fields a head, or a trailer, may have; 431
    uint32_t read_ahead_bytes;    ///< kept of pipelined requests while one is at work
    uint32_t chunk_line_bytes;    ///< a chunk's line with its extensions, or a trailer section
    uint32_t chunk_overhead_bytes;///< chunk extensions of a whole body
    uint32_t unsent_bytes;        ///< a response may have waiting before its writer is told to pause
    uint32_t connections;
    uint32_t connections_per_address;  ///< an IPv6 /64 counts as one address
    uint32_t head_time;           ///< from a request's first byte, or from accepting, to the end of its head
    uint32_t body_time;           ///< granted a body before its rate is looked at
    uint32_t body_rate;           ///< bytes a second a body must bring from then on
    uint32_t idle_time;           ///< between requests
    uint32_t write_time;          ///< granted to a client that reads nothing
    uint32_t write_rate;          ///< bytes a second a client must take from then on
    uint32_t linger_time;         ///< for a client to read a last answer and close
    uint32_t linger_bytes;        ///< read and thrown away in that time
    uint32_t tick_time;           ///< how often times are looked at
} pb_http_limits;

typedef struct {
    uint32_t offset, length;
} pb_slice;

typedef struct {
    pb_slice name, value;
} pb_field;

/// An address as IPv6 (IPv4 mapped), in network order, and a port in the machine's.
typedef struct {
    uint8_t address[16];
    uint16_t port;
} pb_peer;

#define PB_HTTP_NO_BODY (-1)
#define PB_HTTP_CHUNKED (-2)

/// A request's head: slices of `bytes`, valid during the call. Everything about framing has been checked.
typedef struct {
    const char *bytes;
    size_t length;
    pb_slice method;
    pb_slice target;     ///< begins with `/`, or is `*`; empty for an absolute target without a path
    pb_slice authority;  ///< the Host field; empty in HTTP/1.0 without one
    const pb_field *fields;
    uint32_t field_count;
    uint8_t minor_version;
    bool expects_continue;
    int64_t body;  ///< the declared length, PB_HTTP_NO_BODY or PB_HTTP_CHUNKED
    pb_peer peer;
} pb_http_head;

typedef enum {
    PB_BODY_COLLECT = 0,    ///< gathered whole and handed over once
    PB_BODY_ON_DEMAND = 1,  ///< a piece for each `pb_body_read`
} pb_body_mode;

typedef struct {
    pb_body_mode body_mode;
    uint64_t body_bytes;     ///< most of a body
    uint32_t response_time;  ///< after which `late` is called, from the head or from a collected body's end; 0 for never
} pb_http_plan;

typedef enum {
    PB_REFUSE_BAD_REQUEST = 0,
    PB_REFUSE_HEAD_TOO_LARGE,
    PB_REFUSE_TARGET_TOO_LONG,
    PB_REFUSE_BODY_TOO_LARGE,
    PB_REFUSE_TOO_SLOW,
    PB_REFUSE_TOO_MANY_CONNECTIONS,
    PB_REFUSE_EXPECTATION,
    PB_REFUSALS
} pb_refusal;

/// What the server tells its owner. All but `emptied` and one `refusal` (too many connections) come on the connection's loop.
typedef struct {
    /// A head is read. Returns the exchange (never null), handed to all that follows; fills `plan`. It may answer at once.
    void *(*head)(void *context, pb_connection *connection, uint32_t loop, const pb_http_head *head, pb_http_plan *plan);
    /// The whole body, or a piece that was asked for; `last` says that nothing follows. `length` may be 0 then.
    void (*body)(void *exchange, const uint8_t *bytes, size_t length, bool last);
    /// After `pb_response_write` said false: there is room again.
    void (*drained)(void *exchange);
    /// `response_time` is over and no response has begun.
    void (*late)(void *exchange);
    /// The client sends nothing any more; it may still read.
    void (*hung_up)(void *exchange);
    /// The server is going down: what would go on for ever should end now.
    void (*draining)(void *exchange);
    /// The connection is gone before the response was complete. The last call about this exchange.
    void (*closed)(void *exchange);
    /// Writes the body of a refusal and returns its length; `rule` is one line for the client, never null.
    size_t (*refusal)(void *context, pb_refusal reason, const char *rule, int *status, uint8_t *out, size_t capacity);
    /// The last connection is closed after `pb_http_drain` or `pb_http_cut`; from any thread.
    void (*emptied)(void *context);
    /// The server and its connections are gone; nothing is called after this.
    void (*released)(void *context);
} pb_http_callbacks;

typedef struct {
    uint64_t accepted, open, requests, responses;
    uint64_t refused[PB_REFUSALS];
    uint64_t idle_closed, stalled;
} pb_http_counts;

pb_http *pb_http_create(pb_loop *const *loops, size_t count, const pb_http_limits *limits, const pb_http_callbacks *callbacks, void *context);
/// Listens on a numeric address; returns 0 and the bound port, or an errno.
int pb_http_listen(pb_http *server, const char *address, uint16_t port, uint16_t *bound);
/// Closes the listening sockets.
void pb_http_stop_listening(pb_http *server);
/// After `pb_http_stop_listening`: closes idle connections; others close with their response. `emptied` follows.
void pb_http_drain(pb_http *server);
/// After `pb_http_stop_listening`: closes every connection now. `emptied` follows.
void pb_http_cut(pb_http *server);
pb_http_counts pb_http_count(const pb_http *server);
/// Stops listening, cuts, and gives the server up.
void pb_http_release(pb_http *server);

/// Asks for a piece of an on-demand body; `body` is called later, or within the call when bytes are there.
void pb_body_read(pb_connection *connection);

/// Begins a response. Fields follow, then `pb_response_whole` or `pb_response_stream`.
void pb_response_begin(pb_connection *connection, int status);
/// Adds a field; false, and nothing added, when it could not stand in a head (an empty name, a control character, a line end).
/// Date and the fields of framing (Content-Length, Transfer-Encoding, Connection, Keep-Alive, Upgrade, Trailer) are the server's own: they are left out.
bool pb_response_field(pb_connection *connection, const char *name, size_t name_length, const char *value, size_t value_length);
/// Takes back what `pb_response_begin` began.
void pb_response_abandon(pb_connection *connection);
/// Closes the connection after this response.
void pb_response_close_after(pb_connection *connection);
/// Completes the response; may read the client's next request and call `head` for it.
void pb_response_whole(pb_connection *connection, const uint8_t *body, size_t length);
/// Ends the head of a response that is written in pieces; `length` is -1 when unknown.
void pb_response_stream(pb_connection *connection, int64_t length);
/// Writes a piece; false when the writer should wait for `drained`.
bool pb_response_write(pb_connection *connection, const uint8_t *bytes, size_t length);
/// Completes a stream; one that is shorter than was said is cut instead. May call `head` as `pb_response_whole` does.
void pb_response_end(pb_connection *connection);
/// Cuts the connection, so that the client sees a response that broke off. `closed` is not called.
void pb_response_cut(pb_connection *connection);

#ifdef __cplusplus
}
#endif
