#include "CSimdJSON.h"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <simdjson.h>
#include <string>

namespace {

/// A parser is kept for documents up to this size (at most 4 MiB of tape, index and strings); larger ones are freed after use.
constexpr size_t retained_bytes_max = 256 * 1024;
constexpr size_t smallest_capacity = 1024;
/// So many parsers wait for whichever thread parses next. Were each thread to keep its own, one of a worker that speaks JSON once would
/// hold up to 4 MiB for as long as it lives.
constexpr size_t kept_max = 4;

struct document_parser {
    std::unique_ptr<simdjson::dom::parser> parser;
    std::unique_ptr<uint8_t[]> padded;
    size_t capacity = 0;

    void drop() {
        parser.reset();
        padded.reset();
        capacity = 0;
    }

    /// Grows in powers of two, because simdjson itself would reallocate for every slightly longer document.
    int grow(size_t length) {
        if (parser && length <= capacity) return simdjson::SUCCESS;
        size_t wanted = smallest_capacity;
        while (wanted < length) wanted *= 2;
        drop();
        padded.reset(new (std::nothrow) uint8_t[wanted + simdjson::SIMDJSON_PADDING]);
        parser.reset(new (std::nothrow) simdjson::dom::parser);
        if (!padded || !parser) {
            drop();
            return simdjson::MEMALLOC;
        }
        // One more than the ceiling: the exact limit is counted by the reader of the tape.
        auto error = parser->allocate(wanted, PATCHBAY_JSON_DEPTH_CEILING + 1);
        if (error) {
            drop();
            return error;
        }
        capacity = wanted;
        return simdjson::SUCCESS;
    }
};

std::atomic<document_parser *> kept[kept_max];
/// Between `patchbay_json_parse` and `patchbay_json_done`.
thread_local document_parser *in_use = nullptr;

document_parser *take() {
    for (auto &place : kept) {
        if (!place.load(std::memory_order_relaxed)) continue;
        if (auto *found = place.exchange(nullptr, std::memory_order_acquire)) return found;
    }
    return new (std::nothrow) document_parser;
}

void give_back(document_parser *parser) {
    for (auto &place : kept) {
        document_parser *none = nullptr;
        if (place.load(std::memory_order_relaxed)) continue;
        if (place.compare_exchange_strong(none, parser, std::memory_order_release, std::memory_order_relaxed)) return;
    }
    delete parser;
}

}  // namespace

int patchbay_json_parse(const uint8_t *bytes, size_t length, patchbay_json_tape *out) {
    if (length == 0) return simdjson::EMPTY;
    if (length > simdjson::SIMDJSON_MAXSIZE_BYTES / 2) return simdjson::CAPACITY;
    patchbay_json_done();
    in_use = take();
    if (!in_use) return simdjson::MEMALLOC;
    int error = in_use->grow(length);
    if (!error) {
        std::memcpy(in_use->padded.get(), bytes, length);
        std::memset(in_use->padded.get() + length, 0, simdjson::SIMDJSON_PADDING);
        error = in_use->parser->parse(in_use->padded.get(), length, false).error();
    }
    if (error) {
        patchbay_json_done();
        return error;
    }
    out->tape = in_use->parser->doc.tape.get();
    out->strings = in_use->parser->doc.string_buf.get();
    return simdjson::SUCCESS;
}

void patchbay_json_done(void) {
    auto *parser = in_use;
    if (!parser) return;
    in_use = nullptr;
    if (parser->capacity > retained_bytes_max) parser->drop();
    give_back(parser);
}

const char *patchbay_json_implementation(void) {
    static const std::string name = simdjson::get_active_implementation()->name();
    return name.c_str();
}
