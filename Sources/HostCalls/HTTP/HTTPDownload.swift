package import PluginModel
import Synchronization

/// Fetches a file that an operator named, such as a package of a store.
///
/// Redirects are followed by the same rules as for plugins. Addresses of private networks are refused, but for the host the operator wrote:
/// whoever names a machine of the own network means it, and a redirect to another one does not.
package struct HTTPDownload: Sendable {
    package let client: HTTPClient
    private static let timeoutMilliseconds = 300_000

    /// `bytesMax`: of the file.
    package init(service: HTTPService, bytesMax: Int, options: HTTPClientOptions = HTTPClientOptions()) {
        client = HTTPClient(
            service: service, limits: HTTPLimits(responseBytesMax: bytesMax, idleConnectionsMax: 1, idleSecondsMax: 1), options: options)
    }

    /// The bytes at an http(s) address. Ends with `hostcall.cancelled` as soon as its task is cancelled.
    package func bytes(at address: String) async throws(Fault) -> [UInt8] {
        let target = try HTTPTarget(parsing: address)
        let host = target.host
        let policy = HTTPPolicy(
            admit: { (next: HTTPTarget) throws(Fault) in
                guard next.scheme == .https || next.scheme == target.scheme else {
                    throw Fault(
                        code: "package.fetch-failed", message: "The address leads from https to http.", place: next.description,
                        remedy: "Name the address it leads to, if you trust it.", turn: .downstream)
                }
            },
            refusal: { asked, address in asked == host ? nil : AddressRules.classify(address) })
        let request = HTTPRequest(target: target, timeoutMilliseconds: Self.timeoutMilliseconds)
        let exchange = Mutex<HTTPExchange?>(nil)
        let outcome: Result<HTTPResponse, Fault> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                do throws(Fault) {
                    let begun = try client.start(request, policy: policy) { continuation.resume(returning: $0) }
                    exchange.withLock { $0 = begun }
                    // Cancelled before there was anything to take back.
                    if Task.isCancelled { client.cancel(begun) }
                } catch { continuation.resume(returning: .failure(error)) }
            }
        } onCancel: {
            if let begun = exchange.withLock({ $0 }) { client.cancel(begun) }
        }
        let response = try outcome.get()
        guard (200...299).contains(response.status) else {
            throw Fault(
                code: "package.fetch-failed", message: "The store answered \(response.status) \(response.statusText).", place: address,
                remedy: response.status == 404 ? "Check the address." : "Try again later, or ask whoever runs the store.",
                turn: response.status == 404 ? .caller : .downstream)
        }
        return response.body
    }
}
