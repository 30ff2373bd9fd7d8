#include "Connection.hpp"
#include <boost/beast/http/status.hpp>
#include <chrono>
#include <cstring>
#include <ctime>

namespace patchbay {

int64_t now_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

// MARK: - One loop's part

Shard::Shard(std::shared_ptr<Loop> loop, std::shared_ptr<Server> server, uint32_t index)
    : loop(std::move(loop)), server(std::move(server)), index(index), timer(this->loop->io) {}

void Shard::adopt(tcp::socket socket, const pb_peer &peer) {
    auto connection = std::make_shared<Connection>(shared_from_this(), std::move(socket), peer);
    add(connection.get());
    connection->start();
    if (is_draining) connection->drain();
    if (is_cut) connection->close();
}

void Shard::add(Connection *connection) {
    connection->next = first;
    if (first) first->previous = connection;
    first = connection;
    tick_later();
}

void Shard::remove(Connection *connection) {
    if (connection->previous) connection->previous->next = connection->next;
    if (connection->next) connection->next->previous = connection->previous;
    if (first == connection) first = connection->next;
    assigned.fetch_sub(1, std::memory_order_relaxed);
}

void Shard::tick_later() {
    if (is_ticking || !first) return;  // a server without connections wakes nobody
    is_ticking = true;
    timer.expires_after(std::chrono::milliseconds(server->limits.tick_time));
    timer.async_wait([shard = shared_from_this()](boost::system::error_code) {
        shard->is_ticking = false;
        shard->tick();
        shard->tick_later();
    });
}

void Shard::tick() {
    auto now = now_ms();
    for (auto *connection = first; connection;) {
        auto *next = connection->next;  // a tick closes its own connection at most
        connection->tick(now);
        connection = next;
    }
}

void Shard::drain() {
    is_draining = true;
    for (auto *connection = first; connection;) {
        auto *next = connection->next;
        connection->drain();
        connection = next;
    }
}

void Shard::cut() {
    is_draining = is_cut = true;
    while (first) first->close();
}

const std::string &Shard::date_line() {
    auto second = static_cast<int64_t>(time(nullptr));
    if (second != date_second) {
        char text[48];
        tm parts;
        time_t value = second;
        gmtime_r(&value, &parts);
        static const char *days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
        static const char *months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
        snprintf(text, sizeof text, "Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n", days[parts.tm_wday], parts.tm_mday % 100,
                 months[parts.tm_mon], (parts.tm_year + 1900) % 10000, parts.tm_hour % 100, parts.tm_min % 100, parts.tm_sec % 100);
        date = text;
        date_second = second;
    }
    return date;
}

// MARK: - Listening

void Listener::accept() {
    // The loop with the fewest connections gets the next one.
    auto shard = server->shards.front();
    for (auto &other : server->shards) {
        if (other->assigned.load(std::memory_order_relaxed) < shard->assigned.load(std::memory_order_relaxed)) shard = other;
    }
    acceptor.async_accept(shard->loop->io, [me = shared_from_this(), shard](boost::system::error_code error, tcp::socket socket) {
        if (error == net::error::operation_aborted || !me->acceptor.is_open()) return;
        if (error) {
            // No file descriptors, or no memory: looking again at once would only spin.
            me->pause.expires_after(std::chrono::milliseconds(50));
            me->pause.async_wait([me](boost::system::error_code stopped) {
                if (!stopped && me->acceptor.is_open()) me->accept();
            });
            return;
        }
        auto &server = *me->server;
        server.accepted.fetch_add(1, std::memory_order_relaxed);
        boost::system::error_code ignored;
        auto endpoint = socket.remote_endpoint(ignored);
        pb_peer peer{};
        peer.port = endpoint.port();
        auto address = endpoint.address().is_v4() ? net::ip::make_address_v6(net::ip::v4_mapped, endpoint.address().to_v4())
                                                  : endpoint.address().to_v6();
        auto bytes = address.to_bytes();
        std::memcpy(peer.address, bytes.data(), sizeof peer.address);
        if (server.admit(peer)) {
            shard->assigned.fetch_add(1, std::memory_order_relaxed);
            socket.non_blocking(true, ignored);
            socket.set_option(tcp::no_delay(true), ignored);
            net::post(shard->loop->io, [shard, peer, socket = std::move(socket)]() mutable { shard->adopt(std::move(socket), peer); });
        } else {
            // A word on why, if it fits into the socket's buffer; nobody waits for it to arrive.
            auto text = server.refusal(PB_REFUSE_TOO_MANY_CONNECTIONS, "There are too many connections.");
            (void)!::send(socket.native_handle(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
            socket.shutdown(tcp::socket::shutdown_send, ignored);
            socket.close(ignored);
        }
        me->accept();
    });
}

// MARK: - All loops

Server::~Server() { on.released(context); }

static std::string address_key(const pb_peer &peer) {
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    bool is_v4 = std::memcmp(peer.address, mapped, sizeof mapped) == 0;
    return std::string(reinterpret_cast<const char *>(peer.address), is_v4 ? 16 : 8);
}

bool Server::admit(const pb_peer &peer) {
    std::lock_guard guard(lock);
    if (is_draining || open.load() >= limits.connections) return false;
    auto &count = addresses[address_key(peer)];
    if (count >= limits.connections_per_address) return false;
    count += 1;
    open.fetch_add(1);
    return true;
}

void Server::leave(const pb_peer &peer) {
    {
        std::lock_guard guard(lock);
        auto found = addresses.find(address_key(peer));
        if (found != addresses.end() && --found->second == 0) addresses.erase(found);
    }
    if (open.fetch_sub(1) == 1 && is_deaf) on.emptied(context);
}

std::string Server::refusal(pb_refusal reason, const char *rule) {
    refused[reason].fetch_add(1, std::memory_order_relaxed);
    uint8_t body[2048];
    int status = 400;
    auto length = on.refusal(context, reason, rule, &status, body, sizeof body);
    char head[256];
    auto head_length = snprintf(head, sizeof head,
                                "HTTP/1.1 %d %s\r\nContent-Type: application/problem+json\r\nContent-Length: %zu\r\n"
                                "Connection: close\r\nX-Content-Type-Options: nosniff\r\n\r\n",
                                status, boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(status)).data(), length);
    std::string text(head, head_length);
    text.append(reinterpret_cast<char *>(body), length);
    return text;
}
}  // namespace patchbay

using namespace patchbay;

pb_http *pb_http_create(pb_loop *const *loops, size_t count, const pb_http_limits *limits, const pb_http_callbacks *callbacks, void *context) {
    auto server = std::make_shared<Server>();
    server->limits = *limits;
    server->on = *callbacks;
    server->context = context;
    for (size_t index = 0; index < count; index++) {
        server->shards.push_back(std::make_shared<Shard>(loops[index]->loop, server, index));
    }
    return new pb_http{std::move(server)};
}

int pb_http_listen(pb_http *handle, const char *address, uint16_t port, uint16_t *bound) {
    auto &server = handle->server;
    boost::system::error_code error;
    auto parsed = net::ip::make_address(address, error);
    if (error) return EINVAL;
    auto &io = server->shards.front()->loop->io;
    auto listener = std::make_shared<Listener>(server, io);
    tcp::endpoint endpoint(parsed, port);
    auto &acceptor = listener->acceptor;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(net::socket_base::reuse_address(true), error);
    if (!error && parsed.is_v6()) acceptor.set_option(net::ip::v6_only(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(4096, error);
    if (!error) *bound = acceptor.local_endpoint(error).port();
    if (error) return error.value();
    server->listeners.push_back(listener);
    net::post(io, [listener] { listener->accept(); });
    return 0;
}

void pb_http_stop_listening(pb_http *handle) {
    for (auto &listener : handle->server->listeners) {
        net::post(listener->acceptor.get_executor(), [listener] {
            boost::system::error_code ignored;
            listener->acceptor.close(ignored);
            listener->pause.cancel();
        });
    }
    handle->server->listeners.clear();
}

/// Runs on every loop, after whatever the listening loop still hands out.
static void on_shards(Server &server, void (Shard::*what)()) {
    auto &front = server.shards.front()->loop->io;
    for (auto &shard : server.shards) {
        net::post(front, [shard, what] { net::post(shard->loop->io, [shard, what] { (*shard.*what)(); }); });
    }
}

/// Behind the closing of the listening sockets, which was posted to the same loop.
static void tell_when_deaf(std::shared_ptr<Server> server) {
    net::post(server->shards.front()->loop->io, [server] {
        server->is_deaf = true;
        if (server->open == 0) server->on.emptied(server->context);
    });
}

void pb_http_drain(pb_http *handle) {
    auto &server = *handle->server;
    server.is_draining = true;
    on_shards(server, &Shard::drain);
    tell_when_deaf(handle->server);
}

void pb_http_cut(pb_http *handle) {
    auto &server = *handle->server;
    server.is_draining = true;
    on_shards(server, &Shard::cut);
    tell_when_deaf(handle->server);
}

pb_http_counts pb_http_count(const pb_http *handle) {
    auto &server = *handle->server;
    pb_http_counts counts{};
    counts.accepted = server.accepted;
    counts.open = server.open;
    counts.requests = server.requests;
    counts.responses = server.responses;
    for (int reason = 0; reason < PB_REFUSALS; reason++) counts.refused[reason] = server.refused[reason];
    counts.idle_closed = server.idle_closed;
    counts.stalled = server.stalled;
    return counts;
}

void pb_http_release(pb_http *handle) {
    pb_http_stop_listening(handle);
    handle->server->is_draining = true;
    on_shards(*handle->server, &Shard::cut);
    // Shards hold the server, and the server its shards: the knot is cut once every shard has closed its connections.
    auto shards = handle->server->shards;
    auto &front = shards.front()->loop->io;
    net::post(front, [server = handle->server, shards] {
        server->shards.clear();
        for (auto &shard : shards) net::post(shard->loop->io, [shard] { shard->timer.cancel(); });
    });
    delete handle;
}
