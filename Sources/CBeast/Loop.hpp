#pragma once
#include "CBeast.h"
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <optional>

namespace patchbay {
namespace net = boost::asio;

/// An `io_context` and its only thread. The thread holds the loop while it runs, and sockets hold it through their shard, so that it
/// ends when the last of its owners and connections is gone, wherever that happens.
struct Loop {
    net::io_context io{1};
    std::optional<net::executor_work_guard<net::io_context::executor_type>> work{net::make_work_guard(io)};

    static thread_local const Loop *current;
    bool is_current() const { return current == this; }
};
}  // namespace patchbay

struct pb_loop {
    std::shared_ptr<patchbay::Loop> loop;
};
