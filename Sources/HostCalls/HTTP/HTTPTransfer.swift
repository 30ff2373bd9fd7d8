import CCurl
import Glibc
import PluginModel

/// One request and its response on the wire: a curl handle, what it sends and what it has received. A redirect makes another one.
///
/// curl calls back into it with a plain pointer, so `HTTPConnections` keeps it alive until its handle has left curl's hands.
/// Lives on the loop's thread alone.
final class HTTPTransfer {
    /// As the plugin made it; errors and the answer speak of this one.
    let request: HTTPRequest
    /// As it goes over the wire, with what the hub adds.
    private let sent: HTTPRequest
    let easy: OpaquePointer
    private let limits: HTTPLimits
    private let mayReach: (IPAddress) -> AddressClass?
    /// Takes bytes off the hub's common allowance; false when there are none left.
    private let reserve: (Int) -> Bool
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private var resolveList: UnsafeMutablePointer<curl_slist>?
    private let bodyCopy: UnsafeMutableBufferPointer<UInt8>?

    private var statusText = ""
    private var headers: [HTTPHeader] = []
    private var headerBytes = 0
    private var areHeadersDone = false
    private(set) var body: [UInt8] = []
    /// Why we ended the transfer ourselves; curl then knows only that a callback said no.
    private var refusal: Fault?
    private var blocked: (address: IPAddress, kind: AddressClass)?
    /// Some address of the name was allowed.
    private var hasOpened = false

    /// A thread of curl's is asking for the name's addresses. It cannot be stopped, only awaited.
    private(set) var isResolving = false
    /// Nobody waits for this transfer any more.
    var isAbandoned = false

    init?(
        _ request: HTTPRequest, sent: HTTPRequest? = nil, limits: HTTPLimits, options: HTTPClientOptions,
        mayReach: @escaping (IPAddress) -> AddressClass?,
        reserve: @escaping (Int) -> Bool
    ) {
        guard let easy = curl_easy_init() else { return nil }
        self.easy = OpaquePointer(easy)
        self.request = request
        self.sent = sent ?? request
        self.limits = limits
        self.mayReach = mayReach
        self.reserve = reserve
        bodyCopy = request.body.map { bytes in
            let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(1, bytes.count))
            _ = copy.initialize(from: bytes)
            return copy
        }
        guard configure(options) else { return nil }
    }

    deinit {
        curl_easy_cleanup(UnsafeMutableRawPointer(easy))
        curl_slist_free_all(headerList)
        curl_slist_free_all(resolveList)
        bodyCopy?.deallocate()
    }

    // MARK: Before

    private var handle: UnsafeMutableRawPointer { UnsafeMutableRawPointer(easy) }

    /// False when curl takes one of the settings not; a guard that is not set must never be a request that is sent.
    private func configure(_ options: HTTPClientOptions) -> Bool {
        let context = Unmanaged.passUnretained(self).toOpaque()
        var isSet = true
        func check(_ code: CURLcode) { isSet = isSet && code == CURLE_OK }
        func long(_ option: CURLoption, _ value: Int) { check(ccurl_set_long(handle, option, value)) }

        check(ccurl_set_pointer(handle, CURLOPT_CURLU, UnsafeMutableRawPointer(sent.target.parsed.handle)))
        check(ccurl_set_pointer(handle, CURLOPT_PRIVATE, context))
        check(ccurl_set_text(handle, CURLOPT_PROTOCOLS_STR, request.target.scheme.rawValue))
        check(ccurl_set_text(handle, CURLOPT_REDIR_PROTOCOLS_STR, "https"))
        long(CURLOPT_FOLLOWLOCATION, 0)
        // An empty proxy overrules the environment's; through a proxy the guard would see the proxy's address.
        check(ccurl_set_text(handle, CURLOPT_PROXY, ""))
        check(ccurl_on_open_socket(handle, openSocket, context))
        check(ccurl_on_resolver_start(handle, resolverStart, context))
        long(CURLOPT_NOSIGNAL, 1)
        long(CURLOPT_NETRC, 0)
        // A resolver that still runs when its transfer ends is left to end by itself; the loop must not wait for it.
        long(CURLOPT_QUICK_EXIT, 1)
        long(CURLOPT_SSL_VERIFYPEER, 1)
        long(CURLOPT_SSL_VERIFYHOST, 2)
        long(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        if let file = options.authorityFile { check(ccurl_set_text(handle, CURLOPT_CAINFO, file)) }
        long(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS)
        // Two decoders that have been looked at for decades, rather than all curl was built with.
        check(ccurl_set_text(handle, CURLOPT_ACCEPT_ENCODING, "gzip, deflate"))
        check(ccurl_on_body(handle, bodyArrived, context))
        check(ccurl_on_header(handle, headerArrived, context))
        if request.method != "HEAD" { check(ccurl_set_size(handle, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(limits.responseBytesMax))) }
        setMethod(long: long, check: check)
        setHeaders(options)
        check(ccurl_set_pointer(handle, CURLOPT_HTTPHEADER, headerList))
        for entry in options.resolve { resolveList = curl_slist_append(resolveList, entry) }
        if resolveList != nil { check(ccurl_set_pointer(handle, CURLOPT_RESOLVE, resolveList)) }
        return isSet
    }

    private func setMethod(long: (CURLoption, Int) -> Void, check: (CURLcode) -> Void) {
        if let bodyCopy, let body = request.body {
            long(CURLOPT_POST, 1)
            check(ccurl_set_size(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
            check(ccurl_set_pointer(handle, CURLOPT_POSTFIELDS, bodyCopy.baseAddress))
        } else if request.method == "HEAD" {
            long(CURLOPT_NOBODY, 1)
            return
        } else {
            long(CURLOPT_HTTPGET, 1)
        }
        check(ccurl_set_text(handle, CURLOPT_CUSTOMREQUEST, request.method))
    }

    private func setHeaders(_ options: HTTPClientOptions) {
        func append(_ bytes: [UInt8]) {
            (bytes + [0]).withUnsafeBufferPointer { line in
                line.withMemoryRebound(to: CChar.self) { headerList = curl_slist_append(headerList, $0.baseAddress) }
            }
        }
        for header in sent.headers {
            // "name;" is how curl is told of a header without a value; "name:" would take a header away.
            let value = HTTPHeaderRules.bytes(header.value)
            append(Array(header.name.utf8) + (value.isEmpty ? Array(";".utf8) : Array(": ".utf8) + value))
        }
        let names = Set(sent.headers.map(\.name))
        if !names.contains("user-agent") { append(Array("user-agent: \(options.userAgent)".utf8)) }
        // Neither of curl's own ideas: no type for a body that has none, and no waiting for leave to send it.
        if !names.contains("content-type") { append(Array("content-type:".utf8)) }
        append(Array("expect:".utf8))
        // A method that usually has a body says how long it is also when there is none (RFC 9110 § 8.6).
        if request.body == nil, ["POST", "PUT", "PATCH"].contains(request.method) { append(Array("content-length: 0".utf8)) }
    }

    // MARK: Meanwhile

    fileprivate func open(_ address: UnsafePointer<curl_sockaddr>) -> curl_socket_t {
        isResolving = false
        if isAbandoned { return CURL_SOCKET_BAD }
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = ccurl_address_bytes(address, &bytes)
        // An address of another family leads nowhere we know.
        guard let target = IPAddress(bytes: bytes.prefix(Int(count))) else { return CURL_SOCKET_BAD }
        if let kind = mayReach(target) {
            blocked = (target, kind)
            return CURL_SOCKET_BAD  // curl goes on to the name's next address, after a pause of its own where there is one
        }
        hasOpened = true
        return ccurl_open_socket(address)
    }

    fileprivate func startsResolving() { isResolving = true }

    /// One header line with its line break, or the empty line that ends a block.
    fileprivate func receive(header line: UnsafeBufferPointer<UInt8>) -> Bool {
        headerBytes += line.count
        guard headerBytes <= limits.responseHeaderBytesMax else {
            refusal = HTTPFault.headersTooLarge(request.target, bytesMax: limits.responseHeaderBytesMax)
            return false
        }
        var end = line.count
        while end > 0, line[end - 1] == 0x0a || line[end - 1] == 0x0d { end -= 1 }
        let text = line[..<end]
        if text.starts(with: "HTTP/".utf8) {
            // A new block: what came before was an interim answer (RFC 9110 § 15.2).
            headers = []
            areHeadersDone = false
            let parts = text.split(separator: 0x20, maxSplits: 2)
            statusText = parts.count == 3 ? HTTPHeaderRules.text(parts[2]) : ""
        } else if text.isEmpty {
            areHeadersDone = true
            watchPace()
        } else if !areHeadersDone, let colon = text.firstIndex(of: UInt8(ascii: ":")) {
            // Lines after the block are trailers, which fetch does not show.
            let name = HTTPHeaderRules.text(text[..<colon])
            if HTTPHeaderRules.isToken(name) { headers.append(HTTPHeader(name, Self.trimmed(text[(colon + 1)...]))) }
        }
        return true
    }

    /// A server may think as long as the deadline allows, but once it answers it must not drip.
    private func watchPace() {
        _ = ccurl_set_long(handle, CURLOPT_LOW_SPEED_LIMIT, limits.slowBytesPerSecond)
        _ = ccurl_set_long(handle, CURLOPT_LOW_SPEED_TIME, limits.slowSecondsMax)
    }

    private static func trimmed(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> String {
        var bytes = bytes
        while let first = bytes.first, first == 0x20 || first == 0x09 { bytes = bytes.dropFirst() }
        while let last = bytes.last, last == 0x20 || last == 0x09 { bytes = bytes.dropLast() }
        return HTTPHeaderRules.text(bytes)
    }

    fileprivate func receive(body part: UnsafeBufferPointer<UInt8>) -> Bool {
        guard body.count + part.count <= limits.responseBytesMax else {
            refusal = HTTPFault.responseTooLarge(request.target, bytesMax: limits.responseBytesMax)
            return false
        }
        guard reserve(part.count) else {
            refusal = HTTPFault.busy("The hub holds as many bytes of responses as it may.")
            return false
        }
        body.append(contentsOf: part)
        return true
    }

    // MARK: After

    /// How far it has come, in words that go on from "the time ran out".
    var phase: String {
        func hasPassed(_ info: CURLINFO) -> Bool {
            var micros: curl_off_t = 0
            return ccurl_get_size(handle, info, &micros) == CURLE_OK && micros > 0
        }
        if hasPassed(CURLINFO_STARTTRANSFER_TIME_T) { return "while the response came in" }
        if hasPassed(CURLINFO_PRETRANSFER_TIME_T) { return "while waiting for the response" }
        return isResolving ? "while looking up the name" : "while connecting"
    }

    var isConnected: Bool {
        var micros: curl_off_t = 0
        return ccurl_get_size(handle, CURLINFO_PRETRANSFER_TIME_T, &micros) == CURLE_OK && micros > 0
    }

    /// Why none of the name's addresses that were tried may be reached; nil where one was allowed.
    var blockedFault: Fault? {
        guard let blocked, !hasOpened else { return nil }
        return HTTPFault.blocked(request.target, blocked.address, blocked.kind)
    }

    var bufferedBytes: Int { body.count }

    func outcome(_ code: CURLcode) -> Result<HTTPResponse, Fault> {
        if let refusal { return .failure(refusal) }
        if let fault = blockedFault, code == CURLE_COULDNT_CONNECT { return .failure(fault) }
        if code == CURLE_OUT_OF_MEMORY, isConnected, !areHeadersDone {
            // How curl 7.88 says that one header line is longer than the 100 KB it puts up with.
            return .failure(HTTPFault.headersTooLarge(request.target, bytesMax: limits.responseHeaderBytesMax))
        }
        guard code == CURLE_OK else { return .failure(HTTPFault.failed(code, request.target, limits: limits)) }
        var status = 0
        _ = ccurl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
        return .success(
            HTTPResponse(
                status: status, statusText: statusText, headers: headers, url: request.target.text, isRedirected: false, body: body))
    }
}

// MARK: curl's callbacks

private func transfer(_ context: UnsafeMutableRawPointer?) -> HTTPTransfer? {
    context.map { Unmanaged<HTTPTransfer>.fromOpaque($0).takeUnretainedValue() }
}

private let openSocket: curl_opensocket_callback = { context, _, address in
    guard let transfer = transfer(context), let address else { return CURL_SOCKET_BAD }
    return transfer.open(address)
}

private let resolverStart: curl_resolver_start_callback = { _, _, context in
    transfer(context)?.startsResolving()
    return 0
}

private let headerArrived: curl_write_callback = { data, size, count, context in
    guard let transfer = transfer(context), let data else { return 0 }
    let isTaken = data.withMemoryRebound(to: UInt8.self, capacity: size * count) {
        transfer.receive(header: UnsafeBufferPointer(start: $0, count: size * count))
    }
    return isTaken ? size * count : 0
}

private let bodyArrived: curl_write_callback = { data, size, count, context in
    guard let transfer = transfer(context), let data else { return 0 }
    let isTaken = data.withMemoryRebound(to: UInt8.self, capacity: size * count) {
        transfer.receive(body: UnsafeBufferPointer(start: $0, count: size * count))
    }
    return isTaken ? size * count : 0
}
