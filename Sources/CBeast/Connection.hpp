#pragma once
#include "RequestHead.hpp"
#include "Server.hpp"

namespace patchbay {

/// One client: reads requests one after the other, and writes what its owner answers, in order. Lives on its shard's loop.
///
/// It owns itself (`self`) from `start` to `close`. `close` gives the last reference to the loop, so that no function finds itself deleted
/// under its feet.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(std::shared_ptr<Shard> shard, tcp::socket socket, const pb_peer &peer);
    ~Connection();
    void start();

    // The owner's side: see CBeast.h.
    void read_body();
    void begin(int status);
    bool field(std::string_view name, std::string_view value);
    void abandon();
    void close_after() { closes = true; }
    void whole(std::string_view body);
    void stream(int64_t length);
    bool write(std::string_view bytes);
    void end();
    void cut();

    // The shard's side.
    void tick(int64_t now);
    void drain();
    void close();

    Connection *previous = nullptr, *next = nullptr;

private:
    /// Where reading stands. `body` and `done` have an exchange, unless its response is complete and the connection closes.
    enum class Reading { idle, head, body, done };
    enum class Response { none, begun, streaming };

    std::string_view pending() const;
    void consume(std::size_t length);
    void want_read();
    void received(boost::system::error_code error, std::size_t length);
    void hung_up();

    void advance();
    bool step();
    bool read_head();
    bool start_exchange(std::string_view head);
    bool feed_body();
    void refuse(pb_refusal reason, const char *rule);
    bool wants_body() const { return exchange && reading == Reading::body && (mode == PB_BODY_COLLECT || is_asked); }

    void end_head(int64_t length);
    void complete();
    std::size_t unsent() const { return output.size() - sent; }
    void flush(std::string_view more = {});
    void flush_later();
    void written(std::size_t length);
    void linger();

    std::shared_ptr<Connection> self;
    std::shared_ptr<Shard> shard;
    Server &server;
    const pb_http_limits &limits;
    tcp::socket socket;
    pb_peer peer;

    // In. `fresh` is what the last receive brought, looked at where it lies; what stays of it goes to `input`.
    std::string input, collected;
    std::size_t taken = 0;
    std::string_view fresh;
    std::optional<RequestParser> parser;
    HeadScanner scanner;
    Reading reading = Reading::idle;
    pb_body_mode mode = PB_BODY_COLLECT;
    int64_t read_deadline = 0, body_paused = 0;
    uint64_t linger_left = 0;
    bool is_receiving = false, has_hung_up = false, is_asked = false, expects_continue = false, has_skipped_line = false;
    bool is_advancing = false, is_closed = false, is_in_chunk_line = false;

    // Out.
    void *exchange = nullptr;
    Response response = Response::none;
    std::string output;
    std::size_t sent = 0, mark = 0;
    uint64_t sent_in_stretch = 0;
    int64_t stretch_began = 0, late_at = 0, remaining = -1;
    uint32_t response_time = 0;
    int status = 0;
    bool is_writing = false, is_flush_posted = false, is_paused = false, closes = false, is_lingering = false;
    bool is_head_method = false, is_http10 = false, is_chunked = false, has_failed = false;

    std::array<char, 2048> buffer;
};
}  // namespace patchbay

