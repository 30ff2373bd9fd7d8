#pragma once
#include "CBeast.h"
#include <boost/beast/http/basic_parser.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay {
namespace beast = boost::beast;
namespace http = boost::beast::http;

/// Beast's parser of one request, which notes where things stand in the head and hands the body to a string.
class RequestParser final : public http::basic_parser<true> {
public:
    /// Reset for each request of a loop; a head is handed on before the next is read.
    struct Places {
        const char *base = nullptr;
        pb_slice method{}, target{};
        uint8_t minor_version = 0;
        std::vector<pb_field> fields;
    };

    RequestParser(Places *places, const char *base);

    /// Where body bytes go; not owned.
    std::string *sink = nullptr;
    uint64_t body_bytes = 0;
    uint64_t body_limit_bytes = 0;
    uint64_t chunk_overhead = 0;
    uint64_t chunk_overhead_limit = 0;
    uint32_t trailer_fields = 0, trailer_fields_limit = 0;
    /// Of a chunk's line, or of the last one with the trailer. Held here for what comes whole, by the connection for what does not.
    uint64_t line = 0, line_limit = 0;
    bool is_over_limit = false;
    /// Set once the head is handed on: fields that come later are a trailer's, which is read and dropped.
    Places *places;

private:
    using string_view = beast::string_view;
    using error_code = beast::error_code;
    pb_slice slice(string_view text) const;
    error_code take(string_view body);

    void on_request_impl(http::verb, string_view method, string_view target, int version, error_code &) override;
    void on_response_impl(int, string_view, int, error_code &) override {}
    void on_field_impl(http::field, string_view name, string_view value, error_code &) override;
    void on_header_impl(error_code &) override {}
    void on_body_init_impl(boost::optional<std::uint64_t> const &, error_code &) override {}
    std::size_t on_body_impl(string_view body, error_code &) override;
    void on_chunk_header_impl(std::uint64_t, string_view extensions, error_code &) override;
    std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code &) override;
    void on_finish_impl(error_code &) override {}
};

/// Reads a head line by line as its bytes arrive, and refuses what two servers might read differently.
///
/// Beast reads the head once it is whole; this says when that is, and keeps out what Beast would join (folded lines), wait for (bare LF)
/// or let pass. Bytes are looked at once, however they are cut.
struct HeadScanner {
    enum class Result { more, whole, bad, too_large, target_too_long };
    std::size_t scanned = 0, line = 0;
    uint32_t lines = 0;
    /// After `bad`: which rule.
    const char *rule = "";

    /// `bytes` begins with the head and has grown since the last call. After `whole` the head is `scanned` bytes long.
    Result scan(std::string_view bytes, const pb_http_limits &limits);
};

/// Whether one of the rules on framing, host and target forbids the head that was read; null, or the rule. Completes `head`.
const char *check_head(pb_http_head &head, bool &has_unknown_expectation);

bool equal_ignoring_case(std::string_view text, std::string_view lower);
}  // namespace patchbay
