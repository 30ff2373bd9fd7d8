#include "Connection.hpp"
#include <algorithm>

namespace patchbay {

static auto *handle(Connection *connection) { return reinterpret_cast<pb_connection *>(connection); }

Connection::Connection(std::shared_ptr<Shard> shard, tcp::socket socket, const pb_peer &peer)
    : shard(std::move(shard)), server(*this->shard->server), limits(server.limits), socket(std::move(socket)), peer(peer) {}

Connection::~Connection() = default;

void Connection::start() {
    self = shared_from_this();
    read_deadline = now_ms() + limits.head_time;  // a client that connects and says nothing is not yet an idle one
    want_read();
}

void Connection::close() {
    if (is_closed) return;
    is_closed = true;
    boost::system::error_code ignored;
    socket.close(ignored);
    shard->remove(this);
    auto *gone = std::exchange(exchange, nullptr);
    server.leave(peer);
    net::post(shard->loop->io, [last = std::move(self)] {});
    if (gone) server.on.closed(gone);
}

// MARK: - Bytes

std::string_view Connection::pending() const {
    if (!fresh.empty()) return fresh;
    return std::string_view(input).substr(taken);
}

void Connection::consume(std::size_t length) {
    if (!fresh.empty()) {
        fresh.remove_prefix(length);
        return;
    }
    taken += length;
    if (taken == input.size()) {
        input.clear();
        taken = 0;
    } else if (taken > 16 * 1024 && taken > input.size() / 2) {
        input.erase(0, taken);
        taken = 0;
    }
}

void Connection::want_read() {
    if (is_receiving || is_closed || has_hung_up) return;
    if (!is_lingering) {
        if (closes && !exchange) return;  // lingering begins when the response is out
        if (exchange && !wants_body() && pending().size() >= limits.read_ahead_bytes) return;
        if (!exchange && unsent() > limits.unsent_bytes) return;
    }
    is_receiving = true;
    socket.async_read_some(net::buffer(buffer), [me = shared_from_this()](boost::system::error_code error, std::size_t length) {
        me->received(error, length);
    });
}

void Connection::received(boost::system::error_code error, std::size_t length) {
    is_receiving = false;
    if (is_closed) return;
    if (error == net::error::eof) return hung_up();
    if (error) return close();
    std::string_view bytes(buffer.data(), length);
    bool is_over = false;
    if (length == buffer.size()) {
        // There may be more than the small buffer holds. What the loop's large one takes is copied at once, since others use it next.
        auto more = ::recv(socket.native_handle(), shard->scratch.data(), shard->scratch.size(), MSG_DONTWAIT);
        if (more > 0) {
            if (!is_lingering) input.append(bytes);
            bytes = {shard->scratch.data(), static_cast<std::size_t>(more)};
        }
        is_over = more == 0;
    }
    if (is_lingering) {
        if (bytes.size() > linger_left) return close();
        linger_left -= bytes.size();
        return is_over ? hung_up() : want_read();
    }
    if (input.empty()) {
        fresh = bytes;
    } else {
        input.append(bytes);
    }
    advance();
    if (is_over && !is_closed) hung_up();
}

void Connection::hung_up() {
    has_hung_up = true;
    if (!exchange) {
        // Nothing more will be asked. What is being written may still be read.
        if (unsent() == 0 || is_lingering) return close();
        closes = true;
        return;
    }
    if (reading == Reading::body && mode == PB_BODY_COLLECT) return close();
    closes = true;
    server.on.hung_up(exchange);
    if (!is_closed && exchange && reading == Reading::body && is_asked) close();
}

// MARK: - Requests

void Connection::advance() {
    if (is_advancing || is_closed) return;
    is_advancing = true;
    while (!is_closed && step()) {}
    is_advancing = false;
    if (is_closed) return;
    if (!fresh.empty()) {
        // The next receive uses the bytes' place.
        input.assign(fresh);
        taken = 0;
        fresh = {};
    }
    if (unsent() > 0 || (closes && !exchange)) {
        // Answers to pipelined requests go out together: the one at work may be done before the loop comes round.
        if (exchange && response == Response::none) {
            flush_later();
        } else {
            flush();
        }
    }
    want_read();
}

bool Connection::step() {
    if (exchange) return reading == Reading::body && feed_body();
    if (closes || is_lingering || unsent() > limits.unsent_bytes) return false;
    if (pending().empty()) return false;
    if (reading == Reading::idle) {
        reading = Reading::head;
        scanner = {};
        has_skipped_line = false;
        read_deadline = now_ms() + limits.head_time;
    }
    return read_head();
}

bool Connection::read_head() {
    auto bytes = pending();
    if (!has_skipped_line && scanner.scanned == 0 && bytes[0] == '\r') {
        // One empty line before a request is let pass (RFC 9112 § 2.2).
        if (bytes.size() == 1) return false;
        if (bytes[1] == '\n') {
            has_skipped_line = true;
            consume(2);
            bytes = pending();
            if (bytes.empty()) return false;
        }
    }
    switch (scanner.scan(bytes, limits)) {
    case HeadScanner::Result::more: return false;
    case HeadScanner::Result::bad: refuse(PB_REFUSE_BAD_REQUEST, scanner.rule); return false;
    case HeadScanner::Result::too_large: refuse(PB_REFUSE_HEAD_TOO_LARGE, "The head is larger than is taken."); return false;
    case HeadScanner::Result::target_too_long: refuse(PB_REFUSE_TARGET_TOO_LONG, "The target is longer than is taken."); return false;
    case HeadScanner::Result::whole: break;
    }
    return start_exchange(bytes.substr(0, scanner.scanned));
}

bool Connection::start_exchange(std::string_view bytes) {
    static thread_local RequestParser::Places places;
    boost::system::error_code error;
    parser.emplace(&places, bytes.data());
    auto length = parser->put(net::buffer(bytes), error);
    parser->places = nullptr;
    if (error || length != bytes.size() || !parser->is_header_done()) {
        const char *rule = error == http::error::bad_version  ? "The version is neither HTTP/1.0 nor HTTP/1.1."
                           : error == http::error::bad_method ? "The method is not a token."
                           : error == http::error::bad_target ? "The target has a character that cannot stand there."
                           : error == http::error::bad_field  ? "The name of a header field is not a token."
                           : error == http::error::bad_value  ? "The value of a header field has a character that cannot stand there."
                                                              : "The head is not one of HTTP/1.1.";
        refuse(PB_REFUSE_BAD_REQUEST, rule);
        return false;
    }
    pb_http_head head{};
    head.bytes = bytes.data();
    head.length = bytes.size();
    head.method = places.method;
    head.target = places.target;
    head.fields = places.fields.data();
    head.field_count = places.fields.size();
    head.minor_version = places.minor_version;
    head.peer = peer;
    bool has_unknown_expectation = false;
    if (auto *rule = check_head(head, has_unknown_expectation)) {
        refuse(PB_REFUSE_BAD_REQUEST, rule);
        return false;
    }
    if (has_unknown_expectation) {
        refuse(PB_REFUSE_EXPECTATION, "The only expectation known is `100-continue`.");
        return false;
    }
    server.requests.fetch_add(1, std::memory_order_relaxed);
    bool has_body = head.body != PB_HTTP_NO_BODY;
    is_head_method = std::string_view(bytes.data() + head.method.offset, head.method.length) == "HEAD";
    is_http10 = head.minor_version == 0;
    closes = closes || !parser->keep_alive() || shard->is_draining;
    expects_continue = head.expects_continue && has_body;
    reading = has_body ? Reading::body : Reading::done;
    response = Response::none;
    late_at = 0;
    is_asked = false;
    if (has_body) {
        collected.clear();
        parser->sink = &collected;
        parser->chunk_overhead_limit = limits.chunk_overhead_bytes;
        parser->trailer_fields_limit = limits.fields;
        parser->line_limit = limits.chunk_line_bytes;
        parser->eager(true);
        is_in_chunk_line = head.body == PB_HTTP_CHUNKED;
        body_paused = 0;
        read_deadline = now_ms();  // while a body is read: when that began
    } else {
        parser.reset();
    }
    pb_http_plan plan{PB_BODY_COLLECT, 0, 0};
    auto length_of_head = bytes.size();
    // `consume` may move the bytes; the head is lent until the owner has seen it.
    exchange = this;  // so that an answer within the call finds an exchange
    auto *owner = server.on.head(server.context, handle(this), shard->index, &head, &plan);
    if (is_closed) return false;
    bool is_answered = exchange == nullptr;
    consume(length_of_head);
    if (is_answered) {
        parser.reset();
        return !closes;
    }
    exchange = owner;
    mode = plan.body_mode;
    response_time = plan.response_time;
    // A handler's time begins when it does; while a body is gathered, that is the client's time.
    if (response_time > 0 && (!has_body || mode == PB_BODY_ON_DEMAND)) late_at = now_ms() + response_time;
    if (has_body) {
        parser->body_limit_bytes = plan.body_bytes;
        if (mode == PB_BODY_ON_DEMAND) body_paused = read_deadline;
    }
    return has_body;
}

void Connection::read_body() {
    if (is_closed || !exchange || reading != Reading::body || is_asked) return;
    is_asked = true;
    if (body_paused != 0) {
        read_deadline += now_ms() - body_paused;  // waiting for the owner is not the client's slowness
        body_paused = 0;
    }
    advance();
}

bool Connection::feed_body() {
    if (!wants_body()) return false;
    auto bytes = pending();
    if (bytes.empty()) {
        if (expects_continue && response == Response::none) {
            output.append("HTTP/1.1 100 Continue\r\n\r\n");
            flush();
        }
        expects_continue = false;
        if (has_hung_up) {
            net::post(shard->loop->io, [me = shared_from_this()] { me->close(); });
        }
        return false;
    }
    expects_continue = false;
    boost::system::error_code error;
    std::size_t length = 0;
    // Beast 1.81 asserts that the last chunk has five bytes, and aborts on `0 CR LF` with one more. No body ends with fewer than five.
    bool needs_more = is_in_chunk_line && bytes.size() < 5;
    if (!needs_more) {
        length = parser->put(net::buffer(bytes), error);
        needs_more = error == http::error::need_more;
        if (error && !needs_more) {
            if (parser->is_over_limit) {
                refuse(PB_REFUSE_BODY_TOO_LARGE, "The body is larger than is taken here.");
            } else {
                refuse(PB_REFUSE_BAD_REQUEST, "The chunks of the body are malformed.");
            }
            return false;
        }
        consume(length);
        is_in_chunk_line = needs_more;
    }
    if (needs_more) {
        // What is left is the beginning of a chunk's line or of the trailer.
        auto rest = pending();
        auto lone = rest.find('\n');
        while (lone != rest.npos && lone > 0 && rest[lone - 1] == '\r') lone = rest.find('\n', lone + 1);
        if (lone != rest.npos || rest.size() > limits.chunk_line_bytes) {
            refuse(PB_REFUSE_BAD_REQUEST, "The chunks of the body are malformed.");
            return false;
        }
    }
    bool is_last = parser->is_done();
    if (is_last) reading = Reading::done;
    if (mode == PB_BODY_COLLECT && !is_last) return length > 0 && !needs_more;
    if (mode == PB_BODY_ON_DEMAND && !is_last && collected.empty()) return length > 0 && !needs_more;
    is_asked = false;
    body_paused = now_ms();
    auto piece = std::exchange(collected, std::string());
    if (is_last) parser.reset();
    if (mode == PB_BODY_COLLECT && response_time > 0) late_at = body_paused + response_time;
    server.on.body(exchange, reinterpret_cast<const uint8_t *>(piece.data()), piece.size(), is_last);
    return !is_closed && wants_body();  // the next piece may have been asked for within the call
}

void Connection::refuse(pb_refusal reason, const char *rule) {
    auto text = server.refusal(reason, rule);
    if (response == Response::none) output.append(text);
    bool is_begun = response != Response::none;
    closes = true;
    reading = Reading::done;
    auto *gone = std::exchange(exchange, nullptr);
    if (gone && gone != this) server.on.closed(gone);
    if (is_begun) close();  // a second head inside a body would be read as part of it
}

// MARK: - Times

void Connection::tick(int64_t now) {
    if (unsent() > 0 && stretch_began != 0) {  // else it is about to be sent for the first time
        auto earned = static_cast<int64_t>(sent_in_stretch * 1000 / limits.write_rate);
        if (now > stretch_began + limits.write_time + earned) {
            server.stalled.fetch_add(1, std::memory_order_relaxed);
            return close();
        }
    }
    if (exchange) {
        if (reading == Reading::body && wants_body()) {
            auto earned = static_cast<int64_t>(parser->body_bytes * 1000 / limits.body_rate);
            if (now > read_deadline + limits.body_time + earned) {
                refuse(PB_REFUSE_TOO_SLOW, "The body came more slowly than is waited for.");
                if (!is_closed) advance();
                return;
            }
        }
        if (late_at != 0 && now > late_at) {
            late_at = 0;
            if (response == Response::none) server.on.late(exchange);
        }
        return;
    }
    if (is_lingering) {
        if (now > read_deadline) close();
        return;
    }
    if (closes || unsent() > 0) return;
    if (reading == Reading::head) {
        if (now > read_deadline) {
            refuse(PB_REFUSE_TOO_SLOW, "The head came more slowly than is waited for.");
            advance();
        }
    } else if (now > read_deadline) {
        server.idle_closed.fetch_add(1, std::memory_order_relaxed);
        close();
    } else if (input.capacity() > 64 || output.capacity() > 64 || collected.capacity() > 64) {
        // Who is idle gives back what the last request took.
        std::string().swap(input);
        std::string().swap(output);
        std::string().swap(collected);
        taken = sent = 0;
    }
}

void Connection::drain() {
    if (is_closed || is_lingering) return;
    if (exchange) {
        closes = true;
        server.on.draining(exchange);
    } else if (reading == Reading::idle && pending().empty()) {
        if (unsent() > 0) {
            closes = true;
        } else {
            close();
        }
    }
}
}  // namespace patchbay
