#include "Loop.hpp"
#include <pthread.h>
#include <system_error>
#include <thread>

using namespace patchbay;

thread_local const Loop *Loop::current = nullptr;

pb_loop *pb_loop_start(const char *name) {
    auto loop = std::make_shared<Loop>();
    try {
        std::thread thread([loop] {
            Loop::current = loop.get();
            loop->io.run();
        });
        pthread_setname_np(thread.native_handle(), name);
        thread.detach();
    } catch (const std::system_error &) {
        return nullptr;
    }
    return new pb_loop{std::move(loop)};
}

void pb_loop_post(pb_loop *loop, void (*run)(void *, void *), void *job, void *context) {
    net::post(loop->loop->io, [run, job, context] { run(job, context); });
}

bool pb_loop_is_current(const pb_loop *loop) { return loop->loop->is_current(); }

void pb_loop_release(pb_loop *handle) {
    // The guard is the loop's own business: taken off there, after everything that was posted before.
    auto loop = std::move(handle->loop);
    delete handle;
    auto *raw = loop.get();
    net::post(raw->io, [loop = std::move(loop)] { loop->work.reset(); });
}
