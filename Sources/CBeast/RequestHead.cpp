#include "RequestHead.hpp"
#include <algorithm>
#include <cstring>

namespace patchbay {

RequestParser::RequestParser(Places *places, const char *base) : places(places) {
    places->base = base;
    places->fields.clear();
    header_limit(UINT32_MAX);  // the scanner has counted
    body_limit(boost::none);   // `take` counts, so that both framings are counted alike
}

pb_slice RequestParser::slice(string_view text) const {
    return {static_cast<uint32_t>(text.data() - places->base), static_cast<uint32_t>(text.size())};
}

void RequestParser::on_request_impl(http::verb, string_view method, string_view target, int version, error_code &) {
    places->method = slice(method);
    places->target = slice(target);
    places->minor_version = version % 10;
}

void RequestParser::on_field_impl(http::field, string_view name, string_view value, error_code &ec) {
    if (places) {
        places->fields.push_back({slice(name), slice(value)});
    } else if (++trailer_fields > trailer_fields_limit || (line += name.size() + value.size() + 4) > line_limit) {
        ec = http::error::header_limit;
    }
}

RequestParser::error_code RequestParser::take(string_view body) {
    body_bytes += body.size();
    if (body_bytes > body_limit_bytes) {
        is_over_limit = true;
        return http::error::body_limit;
    }
    sink->append(body.data(), body.size());
    return {};
}

std::size_t RequestParser::on_body_impl(string_view body, error_code &ec) {
    ec = take(body);
    return body.size();
}

void RequestParser::on_chunk_header_impl(std::uint64_t size, string_view extensions, error_code &ec) {
    chunk_overhead += extensions.size();
    line = extensions.size() + 24;  // size, semicolon and line ends, so that no split is let more than another
    if (chunk_overhead > chunk_overhead_limit || line > line_limit) {
        ec = http::error::bad_chunk_extension;
    } else if (size > body_limit_bytes - body_bytes) {
        is_over_limit = true;
        ec = http::error::body_limit;
    }
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, string_view body, error_code &ec) {
    ec = take(body);
    return body.size();
}

HeadScanner::Result HeadScanner::scan(std::string_view bytes, const pb_http_limits &limits) {
    auto bad = [this](const char *why) {
        rule = why;
        return Result::bad;
    };
    for (;;) {
        auto *found = static_cast<const char *>(std::memchr(bytes.data() + scanned, '\n', bytes.size() - scanned));
        std::size_t end = found ? found - bytes.data() : bytes.size();
        if (lines == 0 && end - line > limits.target_bytes) return Result::target_too_long;
        if (end > limits.head_bytes) return Result::too_large;
        if (!found) {
            scanned = bytes.size();
            return Result::more;
        }
        if (end == line || bytes[end - 1] != '\r') return bad("A line ends with LF alone.");
        auto text = bytes.substr(line, end - 1 - line);
        if (lines == 0) {
            for (unsigned char c : text) {
                if (c < 0x20 || c > 0x7E) return bad("The request line has a byte that is not printable ASCII.");
            }
        } else if (text.empty()) {
            scanned = end + 1;
            return Result::whole;
        } else {
            if (text[0] == ' ' || text[0] == '\t') return bad("A header field is folded over two lines.");
            for (unsigned char c : text) {
                if ((c < 0x20 && c != '\t') || c == 0x7F) return bad("A header field has a control character.");
            }
            if (lines > limits.fields) return Result::too_large;
        }
        lines += 1;
        scanned = line = end + 1;
    }
}

bool equal_ignoring_case(std::string_view text, std::string_view lower) {
    if (text.size() != lower.size()) return false;
    for (std::size_t place = 0; place < text.size(); place++) {
        unsigned char c = text[place];
        if (c >= 'A' && c <= 'Z') c += 32;
        if (c != static_cast<unsigned char>(lower[place])) return false;
    }
    return true;
}

static std::string_view text(const pb_http_head &head, pb_slice slice) { return {head.bytes + slice.offset, slice.length}; }

/// Letters, digits, `-._`, and for IPv6 and ports `[:]`; what else RFC 3986 allows in a host no client of ours sends.
static bool is_authority(std::string_view value) {
    if (value.empty() || value.size() > 255 || value[0] == ':') return false;
    for (char c : value) {
        bool allowed = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::strchr("-._:[]", c);
        if (!allowed || c == 0) return false;
    }
    return true;
}

static const char *check_target(pb_http_head &head) {
    auto target = text(head, head.target);
    if (target.find('#') != target.npos) return "The target has a fragment.";
    if (target[0] == '/') return nullptr;
    if (target == "*") return text(head, head.method) == "OPTIONS" ? nullptr : "The target `*` is for OPTIONS alone.";
    // The absolute form, which proxies send: it must name the host that the Host field names, or two readers see two hosts.
    std::size_t scheme = equal_ignoring_case(target.substr(0, 7), "http://") ? 7 : equal_ignoring_case(target.substr(0, 8), "https://") ? 8 : 0;
    if (scheme == 0) return "The target is neither a path nor an absolute URL.";
    auto rest = target.substr(scheme);
    auto end = std::min(rest.find_first_of("/?"), rest.size());
    if (rest.substr(0, end) != text(head, head.authority)) return "The target names another host than the Host field.";
    if (end < rest.size() && rest[end] == '?') return "The target has a query and no path.";
    head.target.offset += scheme + end;
    head.target.length -= scheme + end;
    return nullptr;
}

const char *check_head(pb_http_head &head, bool &has_unknown_expectation) {
    int hosts = 0, lengths = 0, codings = 0;
    head.body = PB_HTTP_NO_BODY;
    head.authority = {};
    head.expects_continue = false;
    for (uint32_t place = 0; place < head.field_count; place++) {
        auto name = text(head, head.fields[place].name);
        auto value = text(head, head.fields[place].value);
        switch (name.size()) {
        case 4:
            if (!equal_ignoring_case(name, "host")) break;
            if (++hosts > 1) return "There are two Host fields.";
            if (!is_authority(value)) return "The Host field is not a host.";
            head.authority = head.fields[place].value;
            break;
        case 6:
            if (!equal_ignoring_case(name, "expect")) break;
            if (equal_ignoring_case(value, "100-continue") && head.minor_version > 0) {
                head.expects_continue = true;
            } else {
                has_unknown_expectation = head.minor_version > 0;
            }
            break;
        case 14:
            if (!equal_ignoring_case(name, "content-length")) break;
            if (++lengths > 1) return "There are two Content-Length fields.";
            if (value.empty() || value.size() > 18) return "The Content-Length is not a length.";
            head.body = 0;
            for (char c : value) {
                if (c < '0' || c > '9') return "The Content-Length is not a length.";
                head.body = head.body * 10 + (c - '0');
            }
            break;
        case 17:
            if (!equal_ignoring_case(name, "transfer-encoding")) break;
            if (++codings > 1) return "There are two Transfer-Encoding fields.";
            if (!equal_ignoring_case(value, "chunked")) return "The only transfer coding taken is `chunked`.";
            if (head.minor_version == 0) return "HTTP/1.0 has no transfer codings.";
            break;
        default: break;
        }
    }
    if (hosts == 0 && head.minor_version > 0) return "There is no Host field.";
    if (lengths && codings) return "There are both a Content-Length and a Transfer-Encoding.";
    if (codings) head.body = PB_HTTP_CHUNKED;
    if (head.body == 0) head.body = PB_HTTP_NO_BODY;
    if (head.method.length > 32) return "The method is longer than 32 characters.";
    return check_target(head);
}
}  // namespace patchbay
