import CCurl
import PluginModel

/// One plugin's requests: those on their way and those that wait for a place.
///
/// `@unchecked Sendable`: made anywhere, used on the loop's thread alone; it crosses to it inside what is posted there.
final class HTTPQueue: @unchecked Sendable {
    let loop: HostLoop
    let ledger: HTTPLedger
    let limits: HTTPLimits
    let options: HTTPClientOptions
    let connections: HTTPConnections
    private var waiting: [HTTPExchange] = []
    private var launched: [ObjectIdentifier: HTTPExchange] = [:]
    private var isClosed = false

    init(loop: HostLoop, ledger: HTTPLedger, limits: HTTPLimits, options: HTTPClientOptions) {
        self.loop = loop
        self.ledger = ledger
        self.limits = limits
        self.options = options
        connections = HTTPConnections(loop: loop, limits: limits)
    }

    var canLaunch: Bool { !waiting.isEmpty && launched.count < limits.requestsMax }

    func enqueue(_ exchange: HTTPExchange) {
        guard !exchange.isOver else { return exchange.leave() }
        waiting.append(exchange)
        exchange.startDeadline()
        if isClosed { exchange.end(BrokerFault.closed("http.fetch")) } else { ledger.wants(self) }
    }

    func launchNext() {
        let exchange = waiting.removeFirst()
        launched[ObjectIdentifier(exchange)] = exchange
        exchange.launch()
    }

    /// An exchange is over and nothing of it is on its way any more.
    func leave(_ exchange: HTTPExchange) {
        if launched.removeValue(forKey: ObjectIdentifier(exchange)) != nil {
            ledger.releasePlace()
        } else {
            waiting.removeAll { $0 === exchange }
        }
        if isClosed { closeWhenEmpty() }
        ledger.wants(self)
    }

    func close() {
        isClosed = true
        for exchange in waiting + launched.values { exchange.end(BrokerFault.closed("http.fetch")) }
        closeWhenEmpty()
    }

    private func closeWhenEmpty() {
        if launched.isEmpty, waiting.isEmpty { connections.close() }
    }
}

/// One `http.fetch` from its first request through its redirects to its answer.
///
/// `@unchecked Sendable`: made anywhere, used on the loop's thread alone, like the queue that holds it.
final class HTTPExchange: @unchecked Sendable {
    private var request: HTTPRequest
    private let policy: HTTPPolicy
    private let queue: HTTPQueue
    private var completion: HTTPClient.Completion?
    private var left: (() -> Void)?
    private var transfer: HTTPTransfer?
    private var redirects = 0
    /// Where the plugin itself sent it: secrets are added there, and to redirects within that origin.
    private let origin: HTTPTarget
    private var sentSecrets = false
    private var deadline: HostLoop.Timer?
    private var connectDeadline: HostLoop.Timer?

    init(
        _ request: HTTPRequest, policy: HTTPPolicy, queue: HTTPQueue, _ completion: @escaping HTTPClient.Completion,
        left: @escaping @Sendable () -> Void
    ) {
        self.request = request
        origin = request.target
        self.policy = policy
        self.queue = queue
        self.completion = completion
        self.left = left
    }

    /// It has been answered; a name look-up may still hold its place.
    var isOver: Bool { completion == nil }

    func startDeadline() {
        let milliseconds = request.timeoutMilliseconds
        deadline = queue.loop.schedule(after: UInt64(milliseconds) * 1_000_000) { [weak self] in
            guard let self else { return }
            let phase = transfer?.phase ?? "before it could be sent"
            end(transfer?.blockedFault ?? HTTPFault.timeout(request.target, milliseconds: milliseconds, phase: phase))
        }
    }

    /// Sends the request; called anew for each redirect.
    func launch() {
        let (policy, host, ledger) = (policy, request.target.host, queue.ledger)
        // The request itself stays without them, so that neither redirects nor errors carry them on.
        let sent = request.target.isSameOrigin(as: origin) ? policy.secrets?.added(to: request) : nil
        sentSecrets = sentSecrets || sent != nil
        let made = HTTPTransfer(
            request, sent: sent, limits: queue.limits, options: queue.options, mayReach: { policy.refusal(host, $0) },
            reserve: { ledger.reserve($0) })
        guard let made else { return end(HTTPFault.failed(CURLE_FAILED_INIT, request.target, limits: queue.limits)) }
        transfer = made
        let isBegun = queue.connections.start(made) { [self] transfer, code in finished(transfer, code) }
        guard isBegun else {
            transfer = nil
            return end(HTTPFault.failed(CURLE_FAILED_INIT, request.target, limits: queue.limits))
        }
        let milliseconds = queue.limits.connectMilliseconds
        connectDeadline = queue.loop.schedule(after: UInt64(milliseconds) * 1_000_000) { [weak self] in
            guard let self, let transfer, !transfer.isConnected else { return }
            end(transfer.blockedFault ?? HTTPFault.connectTimeout(request.target, milliseconds: milliseconds, phase: transfer.phase))
        }
    }

    /// Answers with a fault, unless it has been answered, and stops what is on its way.
    func end(_ fault: Fault) {
        guard !isOver else { return }
        answer(.failure(fault))
        if let transfer { queue.connections.abandon(transfer) } else { leave() }
    }

    /// Gives its place back; harmless a second time.
    func leave() {
        guard let left else { return }
        self.left = nil
        left()
        queue.leave(self)
    }

    private func finished(_ transfer: HTTPTransfer, _ code: CURLcode) {
        queue.ledger.release(bytes: transfer.bufferedBytes)
        self.transfer = nil
        if let connectDeadline { queue.loop.cancel(connectDeadline) }
        guard !isOver else { return leave() }
        switch transfer.outcome(code) {
        case .failure(let fault): answer(.failure(fault))
        case .success(let response):
            do throws(Fault) {
                if let next = try redirect(response) {
                    request = next
                    redirects += 1
                    return launch()
                }
                var response = response
                response.isRedirected = redirects > 0
                if sentSecrets, let secrets = policy.secrets { response = secrets.removed(from: response) }
                answer(.success(response))
            } catch {
                answer(.failure(error))
            }
        }
        leave()
    }

    private static let redirectStatuses: Set<Int> = [301, 302, 303, 307, 308]

    /// The request to make next; nil when the response is the answer.
    private func redirect(_ response: HTTPResponse) throws(Fault) -> HTTPRequest? {
        guard Self.redirectStatuses.contains(response.status), request.redirect != .manual,
            let location = response.headers.first(where: { $0.name == "location" })?.value
        else { return nil }
        guard request.redirect == .follow else { throw HTTPFault.redirected(request.target, status: response.status) }
        guard redirects < queue.limits.redirectsMax else {
            throw HTTPFault.tooManyRedirects(request.target, redirectsMax: queue.limits.redirectsMax)
        }
        let next: HTTPTarget
        do throws(Fault) {
            // Sent as bytes, mostly ASCII and sometimes raw UTF-8, which a URL percent-encodes.
            next = try request.target.resolving(String(decoding: HTTPHeaderRules.bytes(location), as: UTF8.self))
        } catch {
            throw HTTPFault.badRedirect(request.target, error)
        }
        // Asked like a request of its own; https to http needs a permission that says http.
        try policy.admit(next)
        return request.redirected(to: next, status: response.status)
    }

    private func answer(_ result: Result<HTTPResponse, Fault>) {
        if let deadline { queue.loop.cancel(deadline) }
        let completion = completion
        self.completion = nil
        completion?(result)
    }
}
