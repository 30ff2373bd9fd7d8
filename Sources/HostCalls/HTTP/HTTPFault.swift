import CCurl
import PluginModel

/// The faults of `http.fetch`, worded in one place.
package enum HTTPFault {
    package static let errors = [
        ErrorDescription("http.bad-url", "The URL cannot be read, or its host is no plain name or address.", .plugin),
        ErrorDescription("http.unsupported-scheme", "The URL is neither https nor http.", .plugin),
        ErrorDescription("http.userinfo", "The URL holds a user name or password.", .plugin),
        ErrorDescription("http.bad-method", "The method is no token, or one that is not sent for plugins.", .plugin),
        ErrorDescription("http.bad-header", "A header's name or value cannot be sent.", .plugin),
        ErrorDescription("http.forbidden-header", "The header is the hub's to set.", .plugin),
        ErrorDescription("http.bad-body", "The body is not in the encoding it says, or the method takes none.", .plugin),
        ErrorDescription("http.body-too-large", "The request's body exceeds its limit.", .plugin),
        ErrorDescription("http.response-too-large", "The response's body, decoded, exceeds its limit.", .downstream),
        ErrorDescription("http.headers-too-large", "The response's headers exceed their limit.", .downstream),
        ErrorDescription("http.busy", "The plugin, or the hub, has too many requests running.", .plugin),
        ErrorDescription("http.timeout", "The response was not complete in time.", .downstream),
        ErrorDescription("http.stalled", "The response came in too slowly to wait for.", .downstream),
        ErrorDescription("http.blocked-address", "The host leads to an address outside the public internet.", .operator),
        ErrorDescription("http.name-not-found", "The host's name has no address.", .downstream),
        ErrorDescription("http.connect-failed", "No connection could be made.", .downstream),
        ErrorDescription("http.tls", "The connection could not be secured, or the certificate does not prove the host.", .downstream),
        ErrorDescription("http.bad-response", "What came back is no HTTP response, or it broke off.", .downstream),
        ErrorDescription("http.too-many-redirects", "The response redirects too often.", .downstream),
        ErrorDescription("http.redirected", "The response is a redirect, and the plugin asked for none.", .downstream),
        ErrorDescription("http.bad-redirect", "The response redirects to nowhere the hub can go.", .downstream),
        ErrorDescription("http.internal", "curl could not do what the hub asked.", .hub),
    ]

    private static let place = "http.fetch"

    private static func fault(_ code: String, _ message: String, _ remedy: String?, details: String? = nil) -> Fault {
        guard let known = errors.first(where: { $0.code == code }) else { preconditionFailure("'\(code)' is in no catalogue") }
        return Fault(code: code, message: message, place: place, remedy: remedy, turn: known.turn, details: details)
    }

    // MARK: The request

    static func badURL(_ text: String, _ why: String, remedy: String? = nil) -> Fault {
        fault("http.bad-url", "The URL '\(visible(text))' \(why).", remedy ?? "Correct the URL in the plugin.")
    }

    static func unsupportedScheme(_ text: String) -> Fault {
        fault("http.unsupported-scheme", "The URL '\(visible(text))' is neither https nor http.", "Use https.")
    }

    static func refused(_ code: CURLUcode, _ text: String) -> Fault {
        switch code {
        case CURLUE_USER_NOT_ALLOWED:
            // The text is not repeated: it holds a password.
            fault(
                "http.userinfo", "The URL holds a user name or password before its host.",
                "Leave it out of the URL and send an Authorization header.")
        case CURLUE_UNSUPPORTED_SCHEME, CURLUE_BAD_SCHEME, CURLUE_NO_SCHEME, CURLUE_BAD_FILE_URL: unsupportedScheme(text)
        case CURLUE_NO_HOST: badURL(text, "has no host")
        default: badURL(text, "cannot be read: \(String(cString: curl_url_strerror(code)).lowercased())")
        }
    }

    static func badMethod(_ method: String) -> Fault {
        fault("http.bad-method", "The method '\(visible(method))' is not sent for plugins.", "Use GET, POST, PUT, PATCH, DELETE or HEAD.")
    }

    static func badHeader(_ name: String, _ why: String) -> Fault {
        fault("http.bad-header", "The header '\(visible(name))' \(why).", "Correct the header in the plugin.")
    }

    static func forbiddenHeader(_ name: String) -> Fault {
        fault("http.forbidden-header", "The header '\(visible(name))' is set by the hub alone.", "Leave it out.")
    }

    static func badBody(_ why: String) -> Fault { fault("http.bad-body", why, "Correct the request in the plugin.") }

    static func bodyTooLarge(bytes: Int, bytesMax: Int) -> Fault {
        fault("http.body-too-large", "The request's body has \(bytes) bytes; at most \(bytesMax) are sent.", "Send it in parts.")
    }

    static func busy(_ why: String) -> Fault { fault("http.busy", why, "Await earlier requests before making more.") }

    // MARK: The way

    static func blocked(_ target: HTTPTarget, _ address: IPAddress, _ kind: AddressClass) -> Fault {
        // Which address it was stands in the details: it is the operator's network, not the plugin's to map.
        let single = "\(address.unwrapped)/\(address.unwrapped.family == .v4 ? 32 : 128)"
        return fault(
            "http.blocked-address", "'\(target.host)' leads to \(kind.rawValue); plugins reach only the public internet.",
            "If that is meant, the operator grants the host together with its range of addresses: network:private:RANGE@\(target.host)",
            details: "\(target.host) resolves to \(address); the narrowest grant is network:private:\(single)@\(target.host)")
    }

    static func timeout(_ target: HTTPTarget, milliseconds: Int, phase: String) -> Fault {
        fault("http.timeout", "'\(target.host)' did not answer within \(milliseconds) ms; the time ran out \(phase).", nil)
    }

    static func connectTimeout(_ target: HTTPTarget, milliseconds: Int, phase: String) -> Fault {
        fault("http.timeout", "No connection to '\(target.host)' was made within \(milliseconds) ms; the time ran out \(phase).", nil)
    }

    static func stalled(_ target: HTTPTarget, limits: HTTPLimits) -> Fault {
        fault(
            "http.stalled",
            "'\(target.host)' sent less than \(limits.slowBytesPerSecond) bytes a second for \(limits.slowSecondsMax) seconds.", nil)
    }

    static func responseTooLarge(_ target: HTTPTarget, bytesMax: Int) -> Fault {
        fault(
            "http.response-too-large", "The response of '\(target.host)' has more than \(bytesMax) bytes once decoded.",
            "Ask for less at once, a page or a range.")
    }

    static func headersTooLarge(_ target: HTTPTarget, bytesMax: Int) -> Fault {
        fault("http.headers-too-large", "The response of '\(target.host)' has more than \(bytesMax) bytes of headers.", nil)
    }

    // MARK: Redirects

    static func tooManyRedirects(_ target: HTTPTarget, redirectsMax: Int) -> Fault {
        fault("http.too-many-redirects", "'\(target.host)' redirects once more after \(redirectsMax) redirects.", nil)
    }

    static func redirected(_ target: HTTPTarget, status: Int) -> Fault {
        fault(
            "http.redirected", "'\(target.host)' answered with a redirect (\(status)), and the request asked for an error then.",
            "Use redirect: 'follow' or 'manual'.")
    }

    static func badRedirect(_ target: HTTPTarget, _ why: Fault) -> Fault {
        fault("http.bad-redirect", "'\(target.host)' redirects to a place the hub does not go: \(why.message)", nil)
    }

    // MARK: What curl says

    static func failed(_ code: CURLcode, _ target: HTTPTarget, limits: HTTPLimits) -> Fault {
        let text = String(cString: curl_easy_strerror(code))
        let details = "curl \(code.rawValue): \(text)"
        switch code {
        case CURLE_OPERATION_TIMEDOUT: return stalled(target, limits: limits)
        case CURLE_COULDNT_RESOLVE_HOST:
            return fault("http.name-not-found", "The name '\(target.host)' has no address.", nil, details: details)
        case CURLE_COULDNT_CONNECT:
            return fault("http.connect-failed", "No connection to '\(target.host)' could be made.", nil, details: details)
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CERTPROBLEM:
            return fault(
                "http.tls", "The connection to '\(target.host)' could not be secured: \(text).",
                "Mend the server's certificate; the hub does not go on without it.", details: details)
        case CURLE_FILESIZE_EXCEEDED: return responseTooLarge(target, bytesMax: limits.responseBytesMax)
        case CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_WEIRD_SERVER_REPLY,
            CURLE_UNSUPPORTED_PROTOCOL,
            CURLE_BAD_CONTENT_ENCODING, CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_WRITE_ERROR, CURLE_CHUNK_FAILED:
            return fault("http.bad-response", "The response of '\(target.host)' could not be used: \(text).", nil, details: details)
        default: return fault("http.internal", "The request to '\(target.host)' could not be made.", nil, details: details)
        }
    }
}
