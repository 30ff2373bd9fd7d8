#include "Connection.hpp"
#include <boost/beast/http/status.hpp>
#include <sys/uio.h>

namespace patchbay {

// MARK: - The head of a response

void Connection::begin(int code) {
    mark = output.size();
    status = code;
    response = Response::begun;
    remaining = -1;
    if (code == 200) {
        output.append("HTTP/1.1 200 OK\r\n");
        return;
    }
    auto reason = http::obsolete_reason(http::int_to_status(code));
    output.append("HTTP/1.1 ").append(std::to_string(code)).append(" ").append(reason.data(), reason.size()).append("\r\n");
}

void Connection::abandon() {
    output.resize(mark);
    response = Response::none;
}

static bool is_name(std::string_view name) {
    static const std::string_view others = "!#$%&'*+-.^_`|~";
    for (char c : name) {
        bool is_token = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || others.find(c) != others.npos;
        if (!is_token) return false;
    }
    return !name.empty();
}

static bool is_value(std::string_view value) {
    for (unsigned char c : value) {
        if ((c < 0x20 && c != '\t') || c == 0x7F) return false;
    }
    return true;
}

static bool is_the_servers(std::string_view name) {
    switch (name.size()) {
    case 4: return equal_ignoring_case(name, "date");
    case 7: return equal_ignoring_case(name, "upgrade") || equal_ignoring_case(name, "trailer");
    case 10: return equal_ignoring_case(name, "connection") || equal_ignoring_case(name, "keep-alive");
    case 14: return equal_ignoring_case(name, "content-length");
    case 17: return equal_ignoring_case(name, "transfer-encoding");
    default: return false;
    }
}

bool Connection::field(std::string_view name, std::string_view value) {
    if (!is_name(name) || !is_value(value)) return false;
    if (!is_the_servers(name)) output.append(name).append(": ").append(value).append("\r\n");
    return true;
}

void Connection::end_head(int64_t length) {
    bool has_no_body = status < 200 || status == 204 || status == 304;
    is_chunked = false;
    // A body that was not read to its end would be taken for the next request.
    if (reading == Reading::body) closes = true;
    if (!has_no_body) {
        if (length >= 0) {
            output.append("Content-Length: ").append(std::to_string(length)).append("\r\n");
        } else if (is_http10) {
            closes = true;
        } else {
            output.append("Transfer-Encoding: chunked\r\n");
            is_chunked = true;
        }
    }
    if (has_no_body || is_head_method) {
        remaining = 0;
        is_chunked = false;
    } else {
        remaining = length;
    }
    if (closes) {
        output.append("Connection: close\r\n");
    } else if (is_http10) {
        output.append("Connection: keep-alive\r\n");
    }
    output.append(shard->date_line()).append("\r\n");
}

// MARK: - Bodies

void Connection::whole(std::string_view body) {
    if (is_closed || !exchange) return;
    end_head(body.size());
    if (remaining == 0) body = {};
    // The body goes to the socket from where it lies, unless it shall wait for the answers to further requests that are here already.
    if (!is_writing && pending().empty() && body.size() > 512) {
        flush(body);
    } else {
        output.append(body);
    }
    complete();
}

void Connection::stream(int64_t length) {
    if (is_closed || !exchange) return;
    end_head(length);
    response = Response::streaming;
    flush_later();  // most streams have their first piece at hand
}

bool Connection::write(std::string_view bytes) {
    if (is_closed || !exchange || bytes.empty()) return true;
    if (remaining >= 0) {
        bytes = bytes.substr(0, static_cast<std::size_t>(remaining));
        remaining -= bytes.size();
    }
    if (is_head_method || bytes.empty()) return true;
    if (is_chunked) {
        char line[24];
        output.append(line, snprintf(line, sizeof line, "%zx\r\n", bytes.size()));
        output.append(bytes).append("\r\n");
        flush();
    } else {
        flush(bytes);
    }
    is_paused = unsent() > limits.unsent_bytes;
    return !is_paused;
}

void Connection::end() {
    if (is_closed || !exchange) return;
    if (remaining > 0) return cut();
    if (is_chunked) output.append("0\r\n\r\n");
    complete();
}

void Connection::cut() {
    if (is_closed) return;
    exchange = nullptr;
    // A reset, so that a body delimited by the connection's end is not taken for whole.
    boost::system::error_code ignored;
    socket.set_option(net::socket_base::linger(true, 0), ignored);
    close();
}

void Connection::complete() {
    exchange = nullptr;
    response = Response::none;
    is_paused = false;
    server.responses.fetch_add(1, std::memory_order_relaxed);
    if (reading == Reading::body) closes = true;
    if (has_hung_up) closes = true;
    parser.reset();
    reading = Reading::idle;
    read_deadline = now_ms() + limits.idle_time;
    if (shard->is_draining) closes = true;
    advance();
}

// MARK: - The socket

void Connection::flush_later() {
    if (is_flush_posted || is_closed) return;
    is_flush_posted = true;
    net::post(shard->loop->io, [me = shared_from_this()] {
        me->is_flush_posted = false;
        me->flush();
    });
}

/// Writes what waits, then `more`; what the socket does not take stays in `output`. Errors close the connection later, never within.
void Connection::flush(std::string_view more) {
    if (is_closed) return;
    if (is_writing || has_failed) {
        output.append(more);
        return;
    }
    if (unsent() + more.size() > 0) {
        if (stretch_began == 0) {
            stretch_began = now_ms();
            sent_in_stretch = 0;
        }
        iovec parts[2] = {{output.data() + sent, unsent()}, {const_cast<char *>(more.data()), more.size()}};
        msghdr message{};
        message.msg_iov = parts;
        message.msg_iovlen = 2;
        auto length = ::sendmsg(socket.native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (length < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
            has_failed = true;
            net::post(shard->loop->io, [me = shared_from_this()] { me->close(); });
            return;
        }
        auto taken_now = length < 0 ? 0 : static_cast<std::size_t>(length);
        auto of_output = std::min(taken_now, unsent());
        sent += of_output;
        sent_in_stretch += taken_now;
        if (sent == output.size()) {
            output.clear();
            sent = 0;
        }
        output.append(more.substr(taken_now - of_output));
    }
    if (unsent() == 0) {
        stretch_began = 0;
        if (closes && !exchange && !is_advancing) linger();
        return;
    }
    if (sent > 64 * 1024 && sent > output.size() / 2) {
        output.erase(0, sent);
        sent = 0;
    }
    is_writing = true;
    socket.async_wait(tcp::socket::wait_write, [me = shared_from_this()](boost::system::error_code error) {
        me->is_writing = false;
        if (me->is_closed) return;
        if (error) return me->close();
        me->flush();
        if (me->is_closed) return;
        if (me->is_paused && me->exchange && me->unsent() <= me->limits.unsent_bytes / 2) {
            me->is_paused = false;
            me->server.on.drained(me->exchange);
        }
        if (!me->is_closed && !me->exchange && !me->is_lingering) me->advance();
    });
}

/// Says that nothing follows, and reads on for a while: closing with bytes unread would make the kernel throw the answer away.
void Connection::linger() {
    if (is_lingering || is_closed) return;
    if (has_hung_up) {
        net::post(shard->loop->io, [me = shared_from_this()] { me->close(); });
        return;
    }
    is_lingering = true;
    linger_left = limits.linger_bytes;
    read_deadline = now_ms() + limits.linger_time;
    boost::system::error_code ignored;
    socket.shutdown(tcp::socket::shutdown_send, ignored);
    std::string().swap(input);
    taken = 0;
    want_read();
}
}  // namespace patchbay

using patchbay::Connection;
static Connection *of(pb_connection *connection) { return reinterpret_cast<Connection *>(connection); }

void pb_body_read(pb_connection *connection) { of(connection)->read_body(); }
void pb_response_begin(pb_connection *connection, int status) { of(connection)->begin(status); }
bool pb_response_field(pb_connection *connection, const char *name, size_t name_length, const char *value, size_t value_length) {
    return of(connection)->field({name, name_length}, {value, value_length});
}
void pb_response_abandon(pb_connection *connection) { of(connection)->abandon(); }
void pb_response_close_after(pb_connection *connection) { of(connection)->close_after(); }
void pb_response_whole(pb_connection *connection, const uint8_t *body, size_t length) {
    of(connection)->whole({reinterpret_cast<const char *>(body), length});
}
void pb_response_stream(pb_connection *connection, int64_t length) { of(connection)->stream(length); }
bool pb_response_write(pb_connection *connection, const uint8_t *bytes, size_t length) {
    return of(connection)->write({reinterpret_cast<const char *>(bytes), length});
}
void pb_response_end(pb_connection *connection) { of(connection)->end(); }
void pb_response_cut(pb_connection *connection) { of(connection)->cut(); }
