package import PluginModel

/// Requests of an operator to a machine they named, such as their hub: to that host and no other, wherever it is.
package struct HTTPOperatorClient: Sendable {
    private let client: HTTPClient

    /// `bytesMax`: of an answer.
    package init(service: HTTPService, bytesMax: Int, options: HTTPClientOptions = HTTPClientOptions()) {
        client = HTTPClient(
            service: service,
            limits: HTTPLimits(responseBytesMax: bytesMax, idleConnectionsMax: 1, idleSecondsMax: 1), options: options)
    }

    /// Whatever it answers. Redirects are not followed: a credential that goes along is for the host that was named.
    package func send(_ request: HTTPRequest) async throws(Fault) -> HTTPResponse {
        var request = request
        request.redirect = .error
        let host = request.target.host
        let policy = HTTPPolicy(
            admit: { (_: HTTPTarget) throws(Fault) in }, refusal: { asked, address in asked == host ? nil : AddressRules.classify(address) }
        )
        let outcome: Result<HTTPResponse, Fault> = await withCheckedContinuation { [request] continuation in
            do throws(Fault) { _ = try client.start(request, policy: policy) { continuation.resume(returning: $0) } } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        return try outcome.get()
    }
}
