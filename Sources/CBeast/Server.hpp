#pragma once
#include "Loop.hpp"
#include <array>
#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace patchbay {
using tcp = net::ip::tcp;
class Connection;
struct Server;

int64_t now_ms();

/// What one server keeps on one loop; touched on that loop only, but for `assigned`.
struct Shard : std::enable_shared_from_this<Shard> {
    std::shared_ptr<Loop> loop;
    std::shared_ptr<Server> server;
    uint32_t index;
    net::steady_timer timer;
    Connection *first = nullptr;
    std::atomic<uint32_t> assigned{0};
    bool is_ticking = false, is_draining = false, is_cut = false;
    /// Bytes a socket has beyond a connection's own small buffer; used within one call.
    std::array<char, 62 * 1024> scratch;
    /// `Date: …\r\n`, made anew each second.
    std::string date;
    int64_t date_second = 0;

    Shard(std::shared_ptr<Loop> loop, std::shared_ptr<Server> server, uint32_t index);
    void adopt(tcp::socket socket, const pb_peer &peer);
    void add(Connection *connection);
    void remove(Connection *connection);
    void tick_later();
    void tick();
    void drain();
    void cut();
    const std::string &date_line();
};

struct Listener : std::enable_shared_from_this<Listener> {
    std::shared_ptr<Server> server;
    tcp::acceptor acceptor;
    net::steady_timer pause;
    Listener(std::shared_ptr<Server> server, net::io_context &io) : server(std::move(server)), acceptor(io), pause(io) {}
    void accept();
};

/// Counts and limits that all loops share. It lives until its last connection is gone and its owner has given it up.
struct Server : std::enable_shared_from_this<Server> {
    pb_http_limits limits;
    pb_http_callbacks on;
    void *context;
    std::vector<std::shared_ptr<Shard>> shards;
    std::vector<std::shared_ptr<Listener>> listeners;
    /// `is_deaf` follows once the listening sockets are closed; only then can it be said that nobody is left.
    std::atomic<bool> is_draining{false}, is_deaf{false};
    std::atomic<uint64_t> accepted{0}, open{0}, requests{0}, responses{0}, idle_closed{0}, stalled{0};
    std::array<std::atomic<uint64_t>, PB_REFUSALS> refused{};

    ~Server();
    /// Whether a further connection of this address is within the limits; counts it if so.
    bool admit(const pb_peer &peer);
    void leave(const pb_peer &peer);
    std::string refusal(pb_refusal reason, const char *rule);

private:
    std::mutex lock;
    std::unordered_map<std::string, uint32_t> addresses;
};
}  // namespace patchbay

struct pb_http {
    std::shared_ptr<patchbay::Server> server;
};
