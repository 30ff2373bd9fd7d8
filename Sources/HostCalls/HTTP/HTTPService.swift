package import PluginModel
import Synchronization

/// The hub's way out to the network: one thread, and the limits that all plugins share.
package final class HTTPService: Sendable {
    let loop: HostLoop
    let ledger: HTTPLedger

    package init(loop: HostLoop, limits: HTTPServiceLimits = HTTPServiceLimits()) {
        self.loop = loop
        ledger = HTTPLedger(limits: limits)
    }
}

/// What all requests together have taken of the hub, and which plugins wait for a place.
///
/// `@unchecked Sendable`: used on the loop's thread alone, like the queues that hold it.
final class HTTPLedger: @unchecked Sendable {
    private let limits: HTTPServiceLimits
    private var running = 0
    private var buffered = 0
    /// In the order they began to wait; each takes one place and goes to the end, so that no plugin starves another.
    private var hungry: [HTTPQueue] = []

    init(limits: HTTPServiceLimits) { self.limits = limits }

    func reserve(_ bytes: Int) -> Bool {
        guard buffered + bytes <= limits.bufferedBytesMax else { return false }
        buffered += bytes
        return true
    }

    func release(bytes: Int) { buffered -= bytes }

    func wants(_ queue: HTTPQueue) {
        if queue.canLaunch, !hungry.contains(where: { $0 === queue }) { hungry.append(queue) }
        while running < limits.requestsMax, !hungry.isEmpty {
            let next = hungry.removeFirst()
            guard next.canLaunch else { continue }
            running += 1
            next.launchNext()
            if next.canLaunch, !hungry.contains(where: { $0 === next }) { hungry.append(next) }
        }
    }

    func releasePlace() { running -= 1 }
}

/// How a plugin's requests are made; the same for all of them.
package struct HTTPClientOptions: Sendable {
    /// Sent where the plugin names none.
    package var userAgent: String
    /// A file of certificate authorities in PEM form, where the system's own are not meant.
    package var authorityFile: String?
    /// Answers given instead of DNS, as curl takes them: `name:port:address[,address…]`. The guard looks at them like at any other.
    package var resolve: [String]

    package init(userAgent: String = "Patchbay/\(hubVersion)", authorityFile: String? = nil, resolve: [String] = []) {
        self.userAgent = userAgent
        self.authorityFile = authorityFile
        self.resolve = resolve
    }
}

/// One plugin's HTTP client. Call it from any thread; completions come on the loop's thread and must not block it.
package final class HTTPClient: Sendable {
    package typealias Completion = @Sendable (Result<HTTPResponse, Fault>) -> Void

    let limits: HTTPLimits
    private let loop: HostLoop
    private let queue: HTTPQueue
    private let outstanding = OutstandingCount()

    package init(service: HTTPService, limits: HTTPLimits = .default, options: HTTPClientOptions = HTTPClientOptions()) {
        self.limits = limits
        loop = service.loop
        queue = HTTPQueue(loop: service.loop, ledger: service.ledger, limits: limits, options: options)
    }

    deinit { close() }

    /// Begins a request, or answers `http.busy` at once. `policy` is asked on the loop's thread for each hop and each address.
    func start(_ request: HTTPRequest, policy: HTTPPolicy, _ completion: @escaping Completion) throws(Fault) -> HTTPExchange {
        guard outstanding.take(max: limits.requestsMax + limits.waitingMax) else {
            throw HTTPFault.busy("\(limits.requestsMax) requests of this plugin are running and \(limits.waitingMax) wait.")
        }
        let exchange = HTTPExchange(request, policy: policy, queue: queue, completion) { [outstanding] in outstanding.giveBack() }
        loop.post { [queue] in queue.enqueue(exchange) }
        return exchange
    }

    /// Takes a request back; its completion is called all the same, with `hostcall.cancelled`.
    func cancel(_ exchange: HTTPExchange) {
        loop.post { exchange.end(BrokerFault.cancelled("http.fetch")) }
    }

    /// Ends what is on its way and closes every connection.
    package func close() {
        loop.post { [queue] in queue.close() }
    }

    /// Requests begun and not over; a timed-out request counts until the system's resolver has let go of it.
    package var outstandingCount: Int { outstanding.value }
}

/// What one call may do: asked by the transfer, answered by the broker's door.
struct HTTPPolicy: Sendable {
    /// What the hub adds to requests to some hosts; nil where there is nothing.
    var secrets: HTTPSecrets?
    /// Throws when a redirect may not be followed there.
    let admit: @Sendable (HTTPTarget) throws(Fault) -> Void
    /// Nil when this host may be reached at this address, else where the address leads.
    let refusal: @Sendable (_ host: String, IPAddress) -> AddressClass?
}

/// Counted by the thread that begins a request, so that a flood is turned away before it reaches the loop's queue.
final class OutstandingCount: Sendable {
    private let count = Mutex(0)

    func take(max: Int) -> Bool {
        count.withLock { count in
            guard count < max else { return false }
            count += 1
            return true
        }
    }

    func giveBack() { count.withLock { $0 -= 1 } }
    var value: Int { count.withLock { $0 } }
}
