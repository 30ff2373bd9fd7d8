#include "CSimdJSON.h"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <simdjson.h>
#include <string>

namespace {

/// A thread keeps its parser for documents up to this size (at most 4 MiB of tape, index and strings); larger ones are freed after use.
constexpr size_t retained_bytes_max = 256 * 1024;
constexpr size_t smallest_capacity = 1024;

struct thread_parser {
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

thread_local thread_parser mine;

}  // namespace

int patchbay_json_parse(const uint8_t *bytes, size_t length, patchbay_json_tape *out) {
    if (length == 0) return simdjson::EMPTY;
    if (length > simdjson::SIMDJSON_MAXSIZE_BYTES / 2) return simdjson::CAPACITY;
    int error = mine.grow(length);
    if (error) return error;
    std::memcpy(mine.padded.get(), bytes, length);
    std::memset(mine.padded.get() + length, 0, simdjson::SIMDJSON_PADDING);
    auto result = mine.parser->parse(mine.padded.get(), length, false);
    if (result.error()) return result.error();
    out->tape = mine.parser->doc.tape.get();
    out->strings = mine.parser->doc.string_buf.get();
    return simdjson::SUCCESS;
}

void patchbay_json_done(void) {
    if (mine.capacity > retained_bytes_max) mine.drop();
}

const char *patchbay_json_implementation(void) {
    static const std::string name = simdjson::get_active_implementation()->name();
    return name.c_str();
}
